#include "pipeline/header_links.hpp"

#include "core/refresh.hpp"
#include "core/url.hpp"
#include "pipeline/answers.hpp"

#include <optional>
#include <string_view>

namespace stillwatch::pipeline {

namespace {

LinkKind kind_by_suffix(const Url& url)
{
    const auto path = url.path();
    const auto dot = path.rfind('.');
    if (dot == std::string_view::npos) return LinkKind::page;
    if (is_picture_suffix(path.substr(dot + 1))) return LinkKind::image;
    return is_video_suffix(path.substr(dot + 1)) ? LinkKind::video : LinkKind::page;
}

void add(std::vector<Link>& links, Mechanism mechanism, const Url& base, std::string_view reference)
{
    const auto url = Url::join(base, reference);
    if (!url || *url == base) return; // loaded anew, or no web address
    links.push_back({mechanism, kind_by_suffix(*url), url->text()});
}

} // namespace

std::vector<Link> header_links(const Fetched& answer)
{
    std::vector<Link> links;
    if (const auto address = refresh_address(answer.header("Refresh")))
        add(links, Mechanism::meta_refresh, answer.url, *address);
    if (const auto address = answer.header("Content-Location"); !address.empty() && is_success(answer))
        add(links, Mechanism::link_header, answer.url, address);
    return links;
}

} // namespace stillwatch::pipeline
