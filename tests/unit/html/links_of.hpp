#pragma once

#include "html/extract.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::html {

inline PageLinks page_of(std::string_view markup, std::string_view content_type = "text/html; charset=utf-8")
{
    return extract_links(as_bytes(markup), {content_type}, "http://a.example/d/page.html").value();
}

// "mechanism kind url" of every link, with "~/" for the folder of the page.
inline std::vector<std::string> links_of(const PageLinks& page)
{
    std::vector<std::string> lines;
    for (const auto& link : page.links) {
        constexpr std::string_view folder = "http://a.example/d/";
        const bool is_here = link.url.starts_with(folder);
        lines.push_back(std::string(name_of(link.mechanism)) + ' ' + std::string(name_of(link.kind)) + ' ' +
                        (is_here ? "~/" + link.url.substr(folder.size()) : link.url));
    }
    return lines;
}

inline std::vector<std::string> links_of(std::string_view markup)
{
    return links_of(page_of(markup));
}

} // namespace stillwatch::html
