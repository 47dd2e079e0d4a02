#pragma once

#include "crawler/frontier.hpp"
#include "crawler/pace/timekeeper.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace stillwatch::crawler {

// Hands results to the frontier in batches: after 100 ms, 10 ms where somebody has nothing else to do, or at
// 256 results. Where writing takes long those 10 ms are eight times as long as the last batch took: many
// small batches write the same pages of the database again and again. A batch that fails is tried again with
// growing pauses, so that a full disk loses nothing.
class ResultBatcher {
public:
    static constexpr std::size_t max_results = 256;
    static constexpr std::chrono::milliseconds max_age{100};
    static constexpr std::chrono::milliseconds max_age_awaited{10};
    static constexpr int age_of_writing = 8;

    // Called once a result is in the frontier, or was given up; `brought` says whether it named addresses.
    using Applied = std::function<void(bool brought)>;

    // `max_attempts` 0: tries until hurry().
    ResultBatcher(Frontier& frontier, Timekeeper& time, int max_attempts)
        : frontier_(frontier), time_(time), alarm_(time.alarm()), max_attempts_(max_attempts)
    {
    }

    void add(store::VisitResult result, Applied applied);
    // What these results name is awaited: a chain of pages would cost max_age a link.
    void hasten();
    // Works until finish() was called and nothing is left.
    Task<> run();
    // From now on nothing waits for more results, and each batch is tried once more only.
    void hurry();
    void finish();
    // Why results were given up; nothing when none were.
    const std::optional<Error>& failure() const noexcept { return failure_; }

private:
    Task<> flush();
    Task<Result<>> apply(std::shared_ptr<const std::vector<store::VisitResult>> batch);

    Frontier& frontier_;
    Timekeeper& time_;
    std::unique_ptr<Alarm> alarm_;
    int max_attempts_;
    std::chrono::milliseconds age_awaited_ = max_age_awaited;
    std::vector<store::VisitResult> results_;
    std::vector<Applied> applied_;
    Moment first_at_{};
    std::optional<Error> failure_;
    bool is_awaited_ = false;
    bool in_hurry_ = false;
    bool finishing_ = false;
};

} // namespace stillwatch::crawler
