#include "crawler/frontier/account.hpp"

#include <algorithm>

namespace stillwatch::crawler {

std::int64_t day_of(Timestamp at) noexcept
{
    constexpr std::int64_t day_ms = 86'400'000;
    return at.time_since_epoch().count() / day_ms;
}

void Account::add(const store::VisitResult& result)
{
    at_ = std::max(at_, result.at);
    pages_ += result.kind == LinkKind::page && result.http_status != 0 ? 1 : 0;
    bytes_ += result.wire_bytes;
    if (result.wall) walls_.push_back(*result.wall);
    if (result.wall == Wall::challenge) last_challenge_ = std::max(last_challenge_, result.at);
    const bool is_in_the_way = result.wall && *result.wall != Wall::none;
    const bool is_success =
        !is_in_the_way && (result.outcome == Outcome::page || result.outcome == Outcome::compared ||
                           result.outcome == Outcome::unchanged || result.outcome == Outcome::too_small);
    if (is_success) last_success_ = std::max(last_success_, result.at);
    if (result.outcome == Outcome::unreachable && result.at >= last_failure_) {
        last_failure_ = result.at;
        last_failure_status_ = result.http_status;
    }
}

void Account::settle(store::SiteState& site) const
{
    site.namings = std::max<std::int64_t>(site.namings + namings_, 0);
    if (!has_visits()) return;
    site.day.add(day_of(at_), pages_, bytes_);
    for (const Wall wall : walls_)
        site.walls.add(wall);
}

void Account::settle(store::HostState& host) const
{
    host.last_success = std::max(host.last_success, last_success_);
    if (last_failure_ > Timestamp{}) {
        host.last_failure = last_failure_;
        host.last_failure_status = last_failure_status_;
    }
    host.last_challenge = std::max(host.last_challenge, last_challenge_);
}

} // namespace stillwatch::crawler
