#pragma once

#include "alerts/event.hpp"
#include "core/async.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace stillwatch::alerts {

// What became of one attempt.
struct Delivery {
    enum class Kind : std::uint8_t {
        sent,        // the receiver took it
        retry_after, // worth another try, not before `after`
        refused,     // never again: the receiver or our own rules said no
    };
    Kind kind = Kind::sent;
    std::chrono::seconds after{0}; // what the receiver asked for; 0: the schedule decides
    std::string detail{};          // for the operator: host and reason, never content or secrets
    // Recipients that have it now, where the attempt did not reach all of them.
    std::vector<std::string> told{};
    // Recipients whose message should have been sealed and left as the content-free one in clear, and why.
    std::string unsealed{};

    friend bool operator==(const Delivery&, const Delivery&) = default;
};

// One way to tell people. At-least-once: the same event may come twice and then looks the same to the
// receiver. `told` are recipients of the channel that have the event from earlier attempts: they are left
// out.
class Notifier {
public:
    virtual ~Notifier() = default;
    virtual Task<Delivery> notify(AlertEvent event, std::vector<std::string> told) = 0;
    virtual const std::string& channel() const = 0;
};

} // namespace stillwatch::alerts
