#pragma once

#include "core/url.hpp"
#include "html/bounds.hpp"
#include "html/collect.hpp"
#include "html/read_html.hpp"
#include "html/tree.hpp"

#include <set>
#include <string>
#include <string_view>

namespace stillwatch::html {

// What candidates come to: "kind url", resolved against one page.
inline std::set<std::string> addresses_of(const Candidates& candidates)
{
    const auto page = Url::parse("http://a.example/d/page.html").value();
    std::set<std::string> addresses;
    for (const auto& candidate : candidates.list)
        if (const auto url = Url::join(page, candidate.reference))
            addresses.insert(std::string(name_of(candidate.kind)) + ' ' + url->text());
    for (const auto document : candidates.documents)
        addresses.insert("document " + std::string(document));
    return addresses;
}

// The addresses that the tree of a document (valid UTF-8) has and the linear reader has not, though the
// reader says that it needs no tree. Empty unless one of them is wrong.
inline std::set<std::string> missed_by_reader(std::string_view markup)
{
    constexpr std::size_t many = 1'000'000;
    Candidates read(many);
    if (read_html(markup, read) == Structure::needs_tree || !is_within_bounds(markup, {})) return {};
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
