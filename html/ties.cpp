#include "html/ties.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace stillwatch::html {

void Ties::tie(std::size_t link, int item, Worth worth)
{
    if (link >= ties_.size()) ties_.resize(link + 1);
    if (item > last_item()) links_of_item_.resize(static_cast<std::size_t>(item));
    auto& own = ties_[link];
    if (own.item != item) {
        if (own.item != 0 && links_of(own.item) > 1) return;
        if (own.item != 0) --links_of(own.item);
        ++links_of(item);
        own = {item, worth};
    }
    own.worth = std::max(own.worth, worth);
}

void Ties::settle(std::vector<Link>& links) const
{
    const auto item_of = [this](std::size_t link) { return ties_[link].item; };
    const auto worth_of = [this](std::size_t link) { return ties_[link].worth; };
    std::vector<std::size_t> tied; // links of items that have several, item by item
    for (std::size_t link = 0; link < ties_.size(); ++link)
        if (const auto item = static_cast<std::size_t>(item_of(link));
            item != 0 && links_of_item_[item - 1] > 1)
            tied.push_back(link);
    if (!std::ranges::is_sorted(tied, {}, item_of)) std::ranges::stable_sort(tied, {}, item_of);

    std::vector<std::size_t> order;
    std::vector<Link> moved;
    int number = 0;
    for (auto first = tied.begin(); first != tied.end();) {
        const auto end =
            std::find_if(first, tied.end(), [&](auto link) { return item_of(link) != item_of(*first); });
        order.assign(first, end);
        // Most have their best first already.
        if (!std::ranges::is_sorted(order, std::ranges::greater{}, worth_of)) {
            std::ranges::stable_sort(order, std::ranges::greater{}, worth_of);
            moved.clear();
            for (const auto link : order)
                moved.push_back(std::move(links[link]));
            std::copy(first, end, order.begin());
            for (std::size_t at = 0; at < order.size(); ++at)
                links[order[at]] = std::move(moved[at]);
        }
        ++number;
        for (std::size_t at = 0; at < std::min(order.size(), max_addresses_of_item); ++at)
            links[order[at]].item = number;
        first = end;
    }
}

} // namespace stillwatch::html
