#include "core/signed_address.hpp"
#include "crawler/frontier/frontier_impl.hpp"

#include <algorithm>
#include <fmt/format.h>

// Addresses that are signed anew at each view of a page (core/signed_address.hpp). What a page named at its
// last visit under another signature is the same address, asked for with the new one: one row, one picture.
// Only the page itself tells so: another one that names what looks alike may mean something else.
namespace stillwatch::crawler {

namespace {

// Pictures of one page that differ in their signatures only.
constexpr int most_alike = 256;
// Pages that are asked for a new signature at once.
constexpr std::size_t most_asked = 4;

bool may_be_signed(const store::Discovered& link) noexcept
{
    return link.kind != LinkKind::page && link.mechanism != Mechanism::redirect;
}

bool is_refusal(int http_status) noexcept
{
    return http_status == 400 || http_status == 401 || http_status == 403 || http_status == 404 ||
           http_status == 410;
}

bool has_failed(Outcome outcome) noexcept
{
    return outcome == Outcome::gone || outcome == Outcome::unreachable;
}

} // namespace

void UrlFrontier::Impl::know_as_written(const std::vector<store::Discovered>& links, Items& items)
{
    for (const auto& link : links) {
        if (!may_be_signed(link) || !without_signature(link.url.target())) continue;
        if (const UrlId known = find(link.url)) items.as_written.insert(known);
    }
}

std::optional<UrlFrontier::Impl::PlaceOnPage>
UrlFrontier::Impl::place_on_page(UrlId page, HostId host, const store::Discovered& link, Items& items)
{
    if (!may_be_signed(link)) return std::nullopt;
    const auto shorter = without_signature(link.url.target());
    if (!shorter || tables->find(host, key_of(link.url.target()))) return std::nullopt;
    // Several that differ in their signatures only are told apart by their order.
    auto& turn = items.turns[fmt::format("{}\n{}", host.value, shorter->target)];
    while (turn < most_alike) {
        const auto key = key_of(fmt::format("{}\n{}\n{}", shorter->target, page.value, turn++));
        auto before = tables->find(host, key);
        if (before && items.as_written.contains(before->id)) continue;
        return PlaceOnPage{key, shorter->is_sure, std::move(before)};
    }
    return std::nullopt;
}

std::optional<UrlFrontier::Impl::Known>
UrlFrontier::Impl::offer_on_page(const store::VisitResult& page, const store::Discovered& link, Items& items)
{
    const int depth = link.depth_from(page.depth);
    const HostId host = may_be_signed(link) ? host_of(link.url) : HostId{};
    const auto place = host ? place_on_page(page.id, host, link, items) : std::nullopt;
    if (!place || !place->before) {
        auto fresh = offer(link.url, link.kind, depth, page.at, page.id);
        if (fresh && fresh->is_fresh && place) tables->add_key(host, place->key, fresh->id);
        return fresh;
    }
    const auto before = tables->address(place->before->id);
    if (!before) return std::nullopt;
    take_signature(*before, {host, key_of(before->target), key_of(link.url.target()), link.url.target()},
                   place->is_sure, page.at);
    return known(host, place->key, link.kind, depth);
}

// Where only the look of the address says that it is the same picture, or the old one was refused, or what is
// on record should have the new address, it is visited at once.
void UrlFrontier::Impl::take_signature(const store::AddressRow& before, const store::NewTarget& moved,
                                       bool is_sure, Timestamp at)
{
    tables->set_target(before.id, moved);
    const auto& standing = before.standing;
    if (standing.outcome == Outcome::unvisited) return;
    const auto verdict = before.content ? tables->verdict(*before.content) : std::nullopt;
    if (!is_sure || has_failed(standing.outcome) || (verdict && verdict->matched))
        tables->set_due(before.id, std::min(standing.due, at), NamedAgain::due);
}

void UrlFrontier::Impl::ask_for_signature(const store::AddressRow& before, const store::VisitResult& result)
{
    if (!may_be_stale(before.standing) || has_failed(before.standing.outcome)) return;
    if (!has_failed(result.outcome) || !is_refusal(result.http_status)) return;
    if (!without_signature(before.target)) return;
    std::size_t asked = 0;
    for (const auto& naming : tables->namings_of(before.id)) {
        const auto page = tables->address(naming.page);
        if (!page || page->standing.outcome != Outcome::page || page->standing.due <= result.at) continue;
        tables->set_due(page->id, result.at, page->standing.named_again);
        if (++asked == most_asked) return;
    }
}

} // namespace stillwatch::crawler
