#include "evidence/cdxj.hpp"

#include "core/ascii.hpp"
#include "core/json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace stillwatch::evidence {

namespace {

std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string_view trimmed(std::string_view text)
{
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

// "www." and "www2." say nothing about what is shown.
std::string_view without_www(std::string_view host)
{
    if (!host.starts_with("www")) return host;
    auto rest = host.substr(3);
    while (!rest.empty() && is_digit(rest.front()))
        rest.remove_prefix(1);
    return rest.starts_with('.') ? rest.substr(1) : host;
}

std::string timestamp14(Timestamp date)
{
    auto text = format_utc(date);
    std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T'; });
    return text.substr(0, 14);
}

} // namespace

std::string mime_of(const std::vector<HeaderField>& headers)
{
    std::vector<std::string_view> values;
    for (const auto& header : headers)
        if (same_name(header.name, "content-type")) values.push_back(trimmed(header.value));
    const auto joined = fmt::format("{}", fmt::join(values, ", "));
    std::string mime(trimmed(std::string_view(joined).substr(0, joined.find(';'))));
    std::ranges::replace_if(
        mime,
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E; },
        '?');
    return mime;
}

std::string certificates_address(std::string_view url)
{
    return fmt::format("urn:tls-certificates:{}", url);
}

CdxRecord cdx_of_answer(const Fetched& fetched, std::string_view payload_digest)
{
    const auto colon = payload_digest.find(':');
    return {fetched.url.text(), fetched.started, mime_of(fetched.headers), fetched.status,
            std::string(colon == std::string_view::npos ? "" : payload_digest.substr(colon + 1))};
}

CdxRecord cdx_of_certificates(const Fetched& fetched)
{
    return {certificates_address(fetched.url.text()), fetched.started, "application/pem-certificate-chain"};
}

std::string surt_of(std::string_view url)
{
    const auto scheme_end = url.find("://");
    if (!url.starts_with("http") || scheme_end == std::string_view::npos) return std::string(url);
    auto rest = url.substr(scheme_end + 3);
    rest = rest.substr(0, rest.find('#'));
    const auto query_at = rest.find('?');
    const auto before_query = rest.substr(0, query_at);
    const auto path_at = std::min(before_query.find('/'), before_query.size());
    const auto authority = without_www(before_query.substr(0, path_at));
    const auto port_at = authority.ends_with(']') ? std::string_view::npos : authority.rfind(':');
    auto labels = split(authority.substr(0, port_at), '.');
    std::ranges::reverse(labels);
    auto key = fmt::format("{}", fmt::join(labels, ","));
    if (port_at != std::string_view::npos) key += authority.substr(port_at);
    key += ')';
    key += path_at < before_query.size() ? before_query.substr(path_at) : "/";
    std::ranges::transform(key, key.begin(), lower);
    if (query_at == std::string_view::npos || query_at + 1 == rest.size()) return key;
    // Escaped as browsers escape a query; an apostrophe is the one character that other readers leave.
    std::string query(rest.substr(query_at + 1));
    std::ranges::transform(query, query.begin(), lower);
    for (auto at = query.find('\''); at != std::string::npos; at = query.find('\'', at))
        query.replace(at, 1, "%27");
    auto parts = split(query, '&');
    std::ranges::sort(parts);
    return key + '?' + fmt::format("{}", fmt::join(parts, "&"));
}

std::string render_cdxj(std::span<const CdxRecord> records, std::string_view filename)
{
    std::vector<std::string> lines;
    for (const auto& record : records) {
        json::object told{{"url", record.url}};
        if (!record.mime.empty()) told["mime"] = record.mime;
        if (record.status != 0) told["status"] = fmt::format("{}", record.status);
        if (!record.digest.empty()) told["digest"] = record.digest;
        told["length"] = fmt::format("{}", record.length);
        told["offset"] = fmt::format("{}", record.offset);
        told["filename"] = filename;
        lines.push_back(
            fmt::format("{} {} {}\n", surt_of(record.url), timestamp14(record.date), json::serialize(told)));
    }
    std::ranges::sort(lines);
    return fmt::format("{}", fmt::join(lines, ""));
}

} // namespace stillwatch::evidence
