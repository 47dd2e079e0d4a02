#pragma once

#include "core/clock.hpp"
#include "crawler/settings.hpp"
#include "pipeline/stores.hpp"

#include <map>
#include <memory>
#include <string>

namespace stillwatch::pipeline {

// The scale of each site's revisits, worked out anew once a minute from what the frontier counts. Loop
// thread.
class RevisitScales {
public:
    RevisitScales(Stores& stores, const Clock& clock) : stores_(stores), clock_(clock) {}

    // crawler::revisit_scale() of the site as it is now.
    Task<double> of(std::shared_ptr<const crawler::SiteRules> site);

private:
    struct Entry {
        double scale = 0; // 0: never worked out
        Timestamp good_until{};
    };

    Stores& stores_;
    const Clock& clock_;
    std::map<std::string, Entry> entries_; // by site; bounded by the watch lists there were
};

} // namespace stillwatch::pipeline
