#include "core/signed_address.hpp"

#include "core/ascii.hpp"
#include "core/links.hpp"
#include "core/npos.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <vector>

namespace stillwatch {

namespace {

constexpr std::size_t most_parameters = 64;
constexpr std::size_t most_segments = 32;
constexpr std::size_t shortest_drawn = 8;
constexpr std::size_t shortest_hash = 16;

struct Parameter {
    std::string_view text;
    std::string_view name;
    std::string_view value;
    bool is_signing = false;
};

bool begins_with(std::string_view text, std::string_view begin) noexcept
{
    return text.size() >= begin.size() && same_name(text.substr(0, begin.size()), begin);
}

// Drawn by lot or computed: letters and digits mixed, as base64, hexadecimal and numbers of versions (UUID)
// are.
bool is_drawn(std::string_view value) noexcept
{
    const auto is_of_it = [](char c) {
        return is_digit(c) || is_letter(c) || std::string_view("-_=.~%+*:!").find(c) != npos;
    };
    return value.size() >= shortest_drawn && std::ranges::all_of(value, is_of_it) &&
           std::ranges::any_of(value, is_digit) && std::ranges::any_of(value, is_letter);
}

bool is_hash(std::string_view value) noexcept
{
    return (value.size() >= shortest_hash && std::ranges::all_of(value, is_hex_digit)) ||
           (value.size() >= shortest_hash && is_drawn(value) && value.find('.') == npos);
}

// Seconds since 1970 of these decades, in decimal or hexadecimal, or milliseconds.
bool is_time(std::string_view value) noexcept
{
    if (value.size() == 8)
        return std::ranges::all_of(value, is_hex_digit) && value[0] >= '5' && value[0] <= '9';
    if (value.size() != 10 && value.size() != 13) return false;
    return std::ranges::all_of(value, is_digit) && value[0] >= '1' && value[0] <= '3';
}

bool ends_like_picture(std::string_view path) noexcept
{
    const auto dot = path.rfind('.');
    return dot != npos && path.find('/', dot) == npos && is_picture_suffix(path.substr(dot + 1));
}

// How a store signs: where all of `markers` are there, these and what begins so is the signature.
struct Scheme {
    std::array<std::string_view, 3> markers;
    std::array<std::string_view, 16> names; // with '*' at their end: whatever begins so
};

constexpr std::array<Scheme, 15> schemes{{
    {{"x-amz-signature"}, {"x-amz-*"}},
    {{"x-goog-signature"}, {"x-goog-*"}},
    // CloudFront, S3, Google and Alibaba of old
    {{"signature", "key-pair-id"}, {"expires", "policy", "signature", "key-pair-id", "hash-algorithm"}},
    {{"signature", "expires"},
     {"expires", "signature", "awsaccesskeyid", "googleaccessid", "ossaccesskeyid", "keyname",
      "security-token", "x-amz-security-token"}},
    {{"x-oss-signature"},
     {"x-oss-signature", "x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-expires",
      "x-oss-security-token", "x-oss-additional-headers"}},
    {{"q-signature"},
     {"q-sign*", "q-ak", "q-key-time", "q-header-list", "q-url-param-list", "x-cos-security-token"}},
    // Azure
    {{"sig", "se"},
     {"sv", "se", "st", "sr", "sp", "sig", "spr", "sip", "skoid", "sktid", "skt", "ske", "sks", "skv", "ss",
      "srt"}},
    {{"ex", "is", "hm"}, {"ex", "is", "hm"}},                         // Discord
    {{"oh", "oe"}, {"oh", "oe", "_nc_*", "ccb", "edm", "efg", "tn"}}, // Facebook, Instagram
    {{"x-signature", "x-expires"}, {"x-signature", "x-expires", "refresh_token"}},
    // Akamai
    {{"hdnts"}, {"hdnts"}},
    {{"hdnea"}, {"hdnea"}},
    {{"hdntl"}, {"hdntl"}},
    {{"__token__"}, {"__token__"}},
    {{"__gda__"}, {"__gda__"}},
}};

Parameter* named(std::span<Parameter> parameters, std::string_view name) noexcept
{
    const auto found =
        std::ranges::find_if(parameters, [&](const auto& one) { return same_name(one.name, name); });
    return found == parameters.end() ? nullptr : &*found;
}

bool is_of(const Scheme& scheme, std::string_view name) noexcept
{
    return std::ranges::any_of(scheme.names, [&](std::string_view one) {
        if (one.ends_with('*')) return begins_with(name, one.substr(0, one.size() - 1));
        return !one.empty() && same_name(name, one);
    });
}

bool mark_schemes(std::span<Parameter> parameters)
{
    bool is_any = false;
    for (const auto& scheme : schemes) {
        const bool is_there = std::ranges::all_of(scheme.markers, [&](std::string_view marker) {
            if (marker.empty()) return true;
            const auto* one = named(parameters, marker);
            return one != nullptr && !one->value.empty();
        });
        if (!is_there) continue;
        is_any = true;
        for (auto& one : parameters)
            one.is_signing = one.is_signing || is_of(scheme, one.name);
    }
    return is_any;
}

std::vector<Parameter> parameters_of(std::string_view query)
{
    std::vector<Parameter> parameters;
    while (!query.empty() && parameters.size() < most_parameters) {
        const auto text = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(text.size() + 1, query.size()));
        const auto equals = text.find('=');
        const auto name = equals == npos ? std::string_view() : text.substr(0, equals);
        parameters.push_back({text, name, equals == npos ? text : text.substr(equals + 1)});
    }
    return parameters;
}

struct PathAndQuery {
    std::string_view path;
    std::string_view query;
};

PathAndQuery parts_of(std::string_view target) noexcept
{
    const auto mark = target.find('?');
    if (mark == npos) return {target, {}};
    return {target.substr(0, mark), target.substr(mark + 1)};
}

std::vector<std::string_view> segments_of(std::string_view path)
{
    std::vector<std::string_view> segments;
    while (!path.empty() && segments.size() < most_segments) {
        path.remove_prefix(1);
        const auto segment = path.substr(0, path.find('/'));
        segments.push_back(segment);
        path.remove_prefix(segment.size());
    }
    if (!path.empty()) segments.clear();
    return segments;
}

// A hash and a time side by side, above the name of the file: nginx's secure_link and its kin, which stand
// for the rest of the path.
std::optional<std::string> path_without_signature(std::string_view path)
{
    const auto segments = segments_of(path);
    for (std::size_t at = 0; at + 2 < segments.size(); ++at) {
        const auto one = segments[at];
        const auto two = segments[at + 1];
        if (!(is_hash(one) && is_time(two)) && !(is_time(one) && is_hash(two))) continue;
        std::string text;
        for (std::size_t k = 0; k < segments.size(); ++k) {
            text += '/';
            text += k == at || k == at + 1 ? std::string_view("*") : segments[k];
        }
        return text;
    }
    return std::nullopt;
}

} // namespace

std::optional<Unsigned> without_signature(std::string_view target)
{
    if (target.find('#') != npos) return std::nullopt; // a picture inside a document
    const auto [path, query] = parts_of(target);
    if (query.empty()) {
        auto shorter = path_without_signature(path);
        if (!shorter) return std::nullopt;
        return Unsigned{*std::move(shorter), false};
    }
    auto parameters = parameters_of(query);
    if (parameters.size() >= most_parameters) return std::nullopt;
    const bool is_sure = mark_schemes(parameters);
    if (!is_sure)
        for (auto& one : parameters)
            one.is_signing = is_drawn(one.value) || is_hash(one.value) || is_time(one.value);
    Unsigned result{std::string(path), is_sure};
    bool is_signed = false;
    bool is_first = true;
    for (const auto& one : parameters) {
        is_signed = is_signed || one.is_signing;
        if (one.is_signing) continue;
        result.target += is_first ? '?' : '&';
        result.target += one.text;
        is_first = false;
    }
    // "/image.php?id=0f3a…" is the picture's own name.
    if (!is_signed || (!is_sure && is_first && !ends_like_picture(path))) return std::nullopt;
    return result;
}

bool is_same_document(const Url& one, const Url& other)
{
    if (one == other) return true;
    const bool is_inside = one.picture_inside() || other.picture_inside(); // whose address names its bytes
    if (is_inside || one.origin() != other.origin()) return false;
    const auto a = without_signature(one.target());
    const auto b = without_signature(other.target());
    if (a && b && a->target == b->target) return true;
    const bool has_queries = one.target() != one.path() && other.target() != other.path();
    // Of a store that signs, the rest of the query tells sizes and parts apart.
    const bool is_signed = (a && a->is_sure) || (b && b->is_sure);
    return !is_signed && has_queries && one.path() == other.path() && ends_like_picture(one.path());
}

bool may_be_same_document(const Url& one, const Url& other)
{
    if (is_same_document(one, other)) return true;
    if (one.picture_inside() || other.picture_inside()) return false;
    if (one.origin() != other.origin()) return false;
    if (one.path() == other.path()) return one.target() != one.path() && other.target() != other.path();
    const auto here = segments_of(one.path());
    const auto there = segments_of(other.path());
    if (here.empty() || here.size() != there.size() || here.back() != there.back()) return false;
    for (std::size_t at = 0; at < here.size(); ++at) {
        const auto is_lot = [](std::string_view segment) { return is_hash(segment) || is_time(segment); };
        if (here[at] != there[at] && !(is_lot(here[at]) && is_lot(there[at]))) return false;
    }
    return true;
}

} // namespace stillwatch
