#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace stillwatch::sandbox {

// How many workers the documents of each site have cost of late. A document whose worker died is given to a
// fresh one at once, since the death may have been another's doing; a site that kills workers by dozens waits
// for its second try.
class LossBook {
public:
    using Moment = std::chrono::steady_clock::time_point;
    static constexpr std::size_t retries_of_a_site = 8; // of each period
    static constexpr std::chrono::minutes period{10};

    // Notes a loss; whether the document may have a fresh worker now.
    bool may_try_again(const std::string& site, Moment now)
    {
        if (now - began_ >= period) {
            losses_.clear();
            began_ = now;
        }
        return ++losses_[site] <= retries_of_a_site;
    }

private:
    std::map<std::string, std::size_t> losses_; // of this period, by site of the watch list
    Moment began_{};
};

} // namespace stillwatch::sandbox
