#pragma once

#include "store/frontier_tables.hpp"

namespace stillwatch::crawler {

// The day (UTC) of a moment, since 1970.
std::int64_t day_of(Timestamp at) noexcept;

// What a host's visits of one batch came to, for its site's day and its health. Pure.
class Account {
public:
    void add(const store::VisitResult& result);
    void add_namings(std::int64_t more) noexcept { namings_ += more; }

    bool is_empty() const noexcept { return namings_ == 0 && !has_visits(); }
    bool has_visits() const noexcept { return at_ != Timestamp{}; }
    void settle(store::SiteState& site) const;
    void settle(store::HostState& host) const;

private:
    Timestamp at_{};
    std::int64_t pages_ = 0;
    std::int64_t bytes_ = 0;
    Timestamp last_success_{};
    Timestamp last_failure_{};
    int last_failure_status_ = 0;
    Timestamp last_challenge_{};
    std::vector<Wall> walls_{}; // of the visits that tell, in order
    std::int64_t namings_ = 0;
};

} // namespace stillwatch::crawler
