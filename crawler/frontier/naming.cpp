#include "crawler/frontier/frontier_impl.hpp"

#include <algorithm>
#include <set>

namespace stillwatch::crawler {

void UrlFrontier::Impl::names(const store::VisitResult& page, const store::Discovered& link, Items& items)
{
    const auto known = offer_on_page(page, link, items);
    if (!known || known->id == page.id) return;
    const bool redirect = link.mechanism == Mechanism::redirect;
    if (redirect) tables->set_redirect(page.id, known->id);
    if (link.kind == LinkKind::page && known->outcome == Outcome::page && !known->redirects && !redirect)
        return;
    const auto [tie, is_first] = items.of_target.try_emplace(known->id);
    if (!is_first && (tie->second || link.item == 0)) return; // the same address, written otherwise
    if (link.item != 0) tie->second = items.first.try_emplace(link.item, known->id).first->second;
    const bool is_news = remember_naming(*known, page.host, {page.id, link.mechanism, page.at, tie->second});
    if (is_news && !known->is_fresh) name_again(known->id, page.at);
}

// A picture in a side bar is named by every page: past what is ever recorded, one more is neither kept nor a
// reason to fetch it.
bool UrlFrontier::Impl::remember_naming(const Known& target, HostId host, const store::Naming& naming)
{
    auto* room = room_of(host);
    const bool has_room =
        target.is_fresh || !room || room->namings > 0; // the first page of each is always known
    if (!target.is_named_often && has_room && tables->add_naming(target.id, naming)) {
        count_namings(host, 1);
        if (target.is_fresh) return true;
        const bool is_enough = tables->count_namings(target.id, most_namings) >= most_namings;
        if (is_enough) tables->set_named_often(target.id, true);
        return !is_enough;
    }
    tables->set_item(target.id, naming.page, naming.item);
    if (target.is_named_often || !has_room) reached(host, "pages_naming_a_picture");
    return false;
}

void UrlFrontier::Impl::count_namings(HostId host, std::int64_t more)
{
    if (auto* room = room_of(host)) room->namings -= more;
    accounts[host].add_namings(more);
}

void UrlFrontier::Impl::forget_namings(UrlId target, HostId host)
{
    const auto forgotten = tables->forget_namings(target);
    if (forgotten > 0) count_namings(host, -forgotten);
    tables->set_named_often(target, false);
}

void UrlFrontier::Impl::name_again(UrlId target, Timestamp at)
{
    for (int hop = 0; target && hop < most_redirects_named_through; ++hop) {
        const auto row = tables->address(target);
        if (!row) return;
        const auto verdict = row->content ? tables->verdict(*row->content) : std::nullopt;
        if (comes_again(row->standing, verdict && verdict->matched))
            tables->set_due(target, std::min(row->standing.due, at), NamedAgain::due);
        target = row->redirect_to;
    }
}

std::vector<UrlId> UrlFrontier::Impl::led_from(UrlId target, std::size_t most)
{
    std::vector<UrlId> found{target};
    std::set<UrlId> known{target};
    for (std::size_t next = 0; next < found.size(); ++next)
        for (const auto& naming : tables->namings_of(found[next])) {
            if (found.size() >= most) return found;
            if (naming.mechanism == Mechanism::redirect && known.insert(naming.page).second)
                found.push_back(naming.page);
        }
    return found;
}

} // namespace stillwatch::crawler
