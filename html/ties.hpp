#pragma once

#include "core/links.hpp"
#include "html/candidates.hpp"

#include <cstddef>
#include <vector>

namespace stillwatch::html {

// Which links of a document are one item, while its candidates come in.
class Ties {
public:
    // More addresses of one picture than this are no sizes of it; they stand alone.
    static constexpr std::size_t max_addresses_of_item = 32;

    // A candidate of that item came to this link. A link belongs to the first item that it shares with
    // another: the blank picture that waits in each <img> does not make one item of all.
    void tie(std::size_t link, int item, Worth worth);
    int last_item() const noexcept { return static_cast<int>(links_of_item_.size()); }

    // Writes Link::item, numbered from 1 without gaps, and lets the links of each item share their places so
    // that the one most worth comparing is first.
    void settle(std::vector<Link>& links) const;

private:
    struct Tie {
        int item = 0;
        Worth worth = Worth::other;
    };
    std::size_t& links_of(int item) { return links_of_item_[static_cast<std::size_t>(item) - 1]; }

    std::vector<Tie> ties_; // by link
    std::vector<std::size_t> links_of_item_;
};

} // namespace stillwatch::html
