#pragma once

#include <chrono>
#include <ctime>

namespace stillwatch::videos {

// Processor time of this process.
inline std::chrono::nanoseconds processor_time() noexcept
{
    timespec now{};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); // cannot fail with this clock
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// What one call may take.
class ProcessorBudget {
public:
    using Duration = std::chrono::nanoseconds;

    // Starts a call that may take `allowed`.
    void begin(Duration allowed) noexcept
    {
        began_ = processor_time();
        allowed_ = allowed;
    }
    Duration used() const noexcept { return processor_time() - began_; }
    bool is_spent() const noexcept { return used() >= allowed_; }

private:
    Duration began_{0};
    Duration allowed_{0};
};

} // namespace stillwatch::videos
