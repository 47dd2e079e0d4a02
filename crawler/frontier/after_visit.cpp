#include "crawler/frontier/after_visit.hpp"

#include <algorithm>

namespace stillwatch::crawler {

namespace {

using store::VisitResult;

// Whether the other side's bytes, or a 304 in their place, said what the address is.
bool answered(Outcome outcome) noexcept
{
    return outcome != Outcome::gone && outcome != Outcome::unreachable && outcome != Outcome::refused &&
           outcome != Outcome::disallowed && outcome != Outcome::waiting;
}

LinkKind kind_after(const VisitResult& result, LinkKind before) noexcept
{
    switch (result.outcome) {
    case Outcome::page: return LinkKind::page;
    case Outcome::compared: return result.kind == LinkKind::video ? LinkKind::video : LinkKind::image;
    case Outcome::too_small: return LinkKind::image;
    case Outcome::unchanged:
    case Outcome::undecodable: return result.kind;
    case Outcome::waiting:
    case Outcome::other: return result.kind == LinkKind::video ? LinkKind::video : before;
    default: return before; // these bytes, or none, say nothing about it
    }
}

// An empty validator of a 304 or of no answer is no news.
void keep_validator(std::string& kept, const std::string& told, Outcome outcome)
{
    const bool is_full = answered(outcome) && outcome != Outcome::unchanged;
    if (is_full || !told.empty()) kept = told;
}

} // namespace

store::AddressRow after_visit(store::AddressRow address, const VisitResult& result)
{
    auto& standing = address.standing;
    standing.kind = kind_after(result, standing.kind);
    standing.outcome = result.outcome;
    const bool waits_for_its_pause =
        result.outcome == Outcome::unreachable || result.outcome == Outcome::waiting;
    if (standing.kind == LinkKind::page)
        standing.generation = 0;
    else if (!waits_for_its_pause)
        standing.generation = result.generation;
    standing.due = result.due;
    standing.lease_until = {};
    standing.named_again = NamedAgain::no;
    standing.aside = 0;
    address.tries = result.tries;
    address.unchanged_in_a_row = result.unchanged_in_a_row;
    address.http_status = result.http_status;
    address.last_visit = result.at;
    address.wire_bytes = result.wire_bytes;
    if (answered(result.outcome)) address.redirect_to = {}; // set again where it redirects
    if (result.content) address.content = result.content;
    keep_validator(address.etag, result.etag, result.outcome);
    keep_validator(address.last_modified, result.last_modified, result.outcome);
    address.rate = result.rate;
    return address;
}

store::AddressRow never_visited(store::AddressRow address)
{
    store::AddressRow fresh;
    fresh.id = address.id;
    fresh.host = address.host;
    fresh.target = std::move(address.target);
    fresh.depth = address.depth;
    fresh.parent = address.parent;
    fresh.same_as = address.same_as;
    fresh.standing.kind = address.standing.kind;
    fresh.standing.lease_until = address.standing.lease_until; // a visit under way ends by itself
    fresh.standing.aside = address.standing.aside;
    return fresh;
}

store::VisitResult without_match(store::VisitResult result)
{
    result.verdict.reset();
    result.content.reset();
    result.generation = 0;
    return result;
}

bool shows_picture(const VisitResult& result) noexcept
{
    return result.kind == LinkKind::image &&
           (result.outcome == Outcome::compared || result.outcome == Outcome::too_small ||
            result.outcome == Outcome::undecodable);
}

bool redirects(const VisitResult& result) noexcept
{
    return std::ranges::any_of(result.discovered, [](const store::Discovered& link) {
        return link.mechanism == Mechanism::redirect;
    });
}

bool turned_out_a_page(const store::AddressRow& before, const VisitResult& result) noexcept
{
    return result.outcome == Outcome::page && before.standing.outcome != Outcome::page &&
           before.standing.kind == LinkKind::page && !redirects(result);
}

bool is_told_by_another(const store::AddressRow& page, const std::function<bool(UrlId)>& names_it)
{
    const auto tells = [&](UrlId other) { return other && other != page.id && names_it(other); };
    return tells(page.same_as) || (page.standing.outcome == Outcome::moved && tells(page.redirect_to));
}

bool replaces(const store::Verdict& verdict, const store::Verdict& kept) noexcept
{
    return verdict.generation >= kept.generation || verdict.version > kept.version;
}

bool is_settled_by(const store::AddressRow& address, const std::optional<store::Verdict>& verdict,
                   std::int64_t generation) noexcept
{
    const auto outcome = address.standing.outcome;
    const bool was_read = outcome == Outcome::compared || outcome == Outcome::unchanged ||
                          outcome == Outcome::undecodable || outcome == Outcome::too_small;
    return was_read && address.content && verdict && verdict->generation >= generation && !verdict->matched;
}

store::Unread merged(const store::Unread& one, const store::Unread& other) noexcept
{
    return {one.content, std::max(one.losses, other.losses), std::max(one.retry, other.retry)};
}

} // namespace stillwatch::crawler
