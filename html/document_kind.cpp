#include "html/document_kind.hpp"

#include "html/text.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

bool ends_with_name(std::string_view text, std::string_view end) noexcept
{
    return text.size() >= end.size() && same_name(text.substr(text.size() - end.size()), end);
}

bool holds(std::string_view text, std::string_view name) noexcept
{
    return find_name(text, name) != std::string_view::npos;
}

bool begins_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) noexcept
{
    return std::ranges::any_of(beginnings, [&](auto one) { return begins_with_name(text, one); });
}

bool looks_like_html(std::string_view head) noexcept
{
    return begins_with_any(
        head, {"<!doctype html", "<html", "<head", "<body", "<!--", "<title", "<meta", "<script"});
}

bool looks_like_xml(std::string_view head) noexcept
{
    return begins_with_any(head, {"<?xml", "<rss", "<feed", "<urlset", "<sitemapindex", "<rdf:rdf"});
}

bool is_drawing(std::string_view head) noexcept
{
    if (begins_with_name(head, "<svg")) return true;
    if (begins_with_name(head, "<!doctype svg")) return true;
    const auto is_of = [&](std::string_view root) { return holds(head, root); };
    return begins_with_any(head, {"<?xml", "<!--"}) && is_of("<svg") && !is_of("<html") && !is_of("<rss") &&
           !is_of("<feed");
}

} // namespace

DocumentKind document_kind(std::string_view content_type, std::string_view path, std::string_view text)
{
    auto head = trimmed(text.substr(0, 1024));
    if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
    const auto type = trimmed(content_type.substr(0, content_type.find(';')));
    // Of a video, whatever they are sent as: segments are no pages (RFC 8216; ISO/IEC 23009-1).
    if (head.starts_with("#EXTM3U") || (head.starts_with('<') && holds(head, "urn:mpeg:dash:schema:mpd")))
        return DocumentKind::playlist;
    if (begins_with_name(type, "text/html") || begins_with_name(type, "application/xhtml")) {
        // Feeds are often sent so.
        return looks_like_xml(head) && !holds(head, "<html") ? DocumentKind::xml : DocumentKind::html;
    }
    // A drawing names pictures as a page does.
    const bool may_be_drawing = type.empty() || holds(type, "xml") || begins_with_name(type, "text/plain");
    if (begins_with_name(type, "image/svg") || (may_be_drawing && is_drawing(head)))
        return DocumentKind::html;
    if (same_name(type, "text/css")) return DocumentKind::css;
    if (holds(type, "manifest+json") || ends_with_name(path, ".webmanifest")) return DocumentKind::manifest;
    if (holds(type, "json")) return DocumentKind::json;
    if (same_name(type, "text/vtt") || head.starts_with("WEBVTT")) return DocumentKind::track;
    if (holds(type, "xml")) return holds(head, "<html") ? DocumentKind::html : DocumentKind::xml;
    // No type, or one that says little.
    if (looks_like_xml(head)) return holds(head, "<html") ? DocumentKind::html : DocumentKind::xml;
    if (looks_like_html(head)) return DocumentKind::html;
    if (ends_with_name(path, ".css")) return DocumentKind::css;
    if (ends_with_name(path, ".json") || head.starts_with("{\"") || head.starts_with("[{"))
        return DocumentKind::json;
    return begins_with_name(type, "text/") ? DocumentKind::text : DocumentKind::html;
}

} // namespace stillwatch::html
