#pragma once

#include "core/url.hpp"
#include "html/bounds.hpp"
#include "html/collect.hpp"
#include "html/read_html.hpp"
#include "html/scan.hpp"
#include "html/text.hpp"
#include "html/ties.hpp"
#include "html/tree.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace stillwatch::html {

// Gumbo reads every line end as LF.
inline std::string with_plain_line_ends(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] != '\r')
            plain.push_back(text[i]);
        else if (i + 1 == text.size() || text[i + 1] != '\n')
            plain.push_back('\n');
    return plain;
}

// Whether some tag has an attribute twice: Gumbo 0.10.1 glues the name that follows to the repeated one.
inline bool has_repeated_attribute(std::string_view markup)
{
    TagScanner scanner(markup);
    while (const auto tag = scanner.next()) {
        std::set<std::string> names;
        for (auto rest = tag->attributes; const auto attribute = next_attribute(rest);)
            if (!names.insert(lower_case(attribute->name)).second) return true;
    }
    return false;
}

// What candidates come to: "kind url", resolved against one page.
inline std::set<std::string> addresses_of(const Candidates& candidates)
{
    const auto page = Url::parse("http://a.example/d/page.html").value();
    std::set<std::string> addresses;
    for (const auto& candidate : candidates.list)
        if (const auto url = Url::join(page, candidate.reference))
            addresses.insert(std::string(name_of(candidate.kind)) + ' ' + url->text());
    for (const auto document : candidates.documents)
        addresses.insert("document " + with_plain_line_ends(document));
    return addresses;
}

// The items that candidates come to, each as its addresses in order, resolved against one page.
inline std::set<std::string> items_of(const Candidates& candidates)
{
    const auto page = Url::parse("http://a.example/d/page.html").value();
    std::vector<Link> links;
    std::map<std::string, std::size_t> numbers;
    Ties ties;
    for (const auto& candidate : candidates.list) {
        const auto url = Url::join(page, candidate.reference);
        if (!url || candidate.item == 0) continue;
        const auto [known, is_new] = numbers.try_emplace(url->text(), links.size());
        if (is_new) links.push_back({candidate.mechanism, candidate.kind, url->text()});
        ties.tie(known->second, candidate.item, candidate.worth);
    }
    ties.settle(links);
    std::map<int, std::string> items;
    for (const auto& link : links)
        if (link.item != 0) items[link.item] += link.url + ' ';
    std::set<std::string> result;
    for (auto& [item, addresses] : items)
        result.insert(std::move(addresses));
    return result;
}

// What one of reader and tree takes for an item and the other does not. Of markup whose anchors are closed
// where they were opened: the tree builder repeats others in each block that they reach.
inline std::set<std::string> items_of_one_only(std::string_view markup)
{
    constexpr std::size_t many = 1'000'000;
    Candidates read(many);
    (void)read_html(markup, read);
    const auto tree = Tree::build(markup, 512U << 20U);
    if (!tree) return {"no tree"};
    Candidates grown(many);
    collect(*tree, grown);
    const auto of_reader = items_of(read);
    const auto of_tree = items_of(grown);
    std::set<std::string> others;
    std::ranges::set_symmetric_difference(of_reader, of_tree, std::inserter(others, others.end()));
    return others;
}

// The addresses that the tree of a document (valid UTF-8) has and the linear reader has not, though the
// reader says that it needs no tree. Empty unless one of them is wrong.
inline std::set<std::string> missed_by_reader(std::string_view markup)
{
    constexpr std::size_t many = 1'000'000;
    Candidates read(many);
    if (read_html(markup, read) == Structure::needs_tree || !is_within_bounds(markup, {})) return {};
    if (has_repeated_attribute(markup)) return {};
    const auto tree = Tree::build(markup, 512U << 20U);
    if (!tree) return {};
    Candidates grown(many);
    collect(*tree, grown);
    const auto known = addresses_of(read);
    std::set<std::string> missed;
    for (const auto& address : addresses_of(grown))
        if (!known.contains(address)) missed.insert(address);
    return missed;
}

} // namespace stillwatch::html
