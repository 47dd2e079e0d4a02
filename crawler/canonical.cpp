#include "crawler/canonical.hpp"

#include "core/ascii.hpp"
#include "core/links.hpp"
#include "core/npos.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace stillwatch::crawler {

namespace {

// Campaigns and click numbers of advertisers, mailers and networks. Names that a site could use for something
// of its own ("ref", "source", "s") are not among them.
constexpr std::array<std::string_view, 26> trackers{
    "fbclid", "gclid",  "gclsrc", "dclid",   "wbraid",     "gbraid",      "msclkid",   "yclid",     "ymclid",
    "twclid", "ttclid", "igshid", "igsh",    "srsltid",    "mc_cid",      "mc_eid",    "mkt_tok",   "_ga",
    "_gl",    "_hsenc", "_hsmi",  "vero_id", "oly_enc_id", "oly_anon_id", "li_fat_id", "rb_clickid"};

constexpr std::array<std::string_view, 8> sessions{"phpsessid", "jsessionid", "aspsessionid", "cfid",
                                                   "cftoken",   "sessionid",  "session_id",   "sessid"};

// A number that was drawn, and not one that counts stories or shops: letters and digits, long.
bool is_drawn(std::string_view value) noexcept
{
    return value.size() >= 8 && std::ranges::all_of(value, is_letter_or_digit) &&
           std::ranges::any_of(value, is_digit) && std::ranges::any_of(value, is_letter);
}

bool is_idle(std::string_view parameter, bool is_of_picture) noexcept
{
    const auto equals = parameter.find('=');
    const auto name = parameter.substr(0, equals);
    const auto value = equals == npos ? std::string_view{} : parameter.substr(equals + 1);
    if (name.size() > 4 && same_name(name.substr(0, 4), "utm_")) return true;
    const auto is_name = [&](std::string_view one) { return same_name(one, name); };
    if (std::ranges::any_of(trackers, is_name)) return true;
    if (value.empty()) return false;
    if (std::ranges::any_of(sessions, is_name)) return true;
    if (name.size() > 12 && same_name(name.substr(0, 12), "aspsessionid")) return true;
    if (same_name(name, "sid") || same_name(name, "session") || same_name(name, "sess"))
        return is_drawn(value);
    // vBulletin: an MD5. Of a picture file it is a signature (imgix), without which nothing comes.
    return !is_of_picture && same_name(name, "s") && value.size() == 32 && is_drawn(value);
}

// Apache's and lighttpd's columns of an open directory: the same files in another order.
bool is_sorting(std::string_view path, std::string_view query) noexcept
{
    if (!path.ends_with('/') || query.size() != 7) return false;
    const bool is_column = std::string_view("NMSD").find(query[2]) != npos;
    const bool is_order = query[6] == 'A' || query[6] == 'D';
    return query.starts_with("C=") && is_column &&
           (query.substr(3, 3) == ";O=" || query.substr(3, 3) == "&O=") && is_order;
}

std::string without_idle_parameters(std::string_view query, bool is_of_picture)
{
    std::string kept;
    bool dropped = false;
    std::size_t at = 0;
    while (at < query.size()) {
        const auto end = std::min(query.find('&', at), query.size());
        const auto parameter = query.substr(at, end - at);
        if (is_idle(parameter, is_of_picture)) {
            dropped = true;
        } else {
            if (at > 0 && !kept.empty()) kept += '&';
            kept += parameter;
        }
        at = end + 1;
    }
    return dropped ? kept : std::string(query);
}

// A path parameter that holds a session, with its ';', or nothing.
std::string_view session_in(std::string_view path) noexcept
{
    for (auto at = path.find(';'); at != npos; at = path.find(';', at + 1)) {
        const auto parameter = path.substr(at, std::min(path.find_first_of(";/", at + 1), path.size()) - at);
        const auto name = parameter.substr(1, std::min(parameter.find('='), parameter.size()) - 1);
        const auto value = parameter.substr(std::min(name.size() + 2, parameter.size()));
        if (same_name(name, "jsessionid") || same_name(name, "phpsessid") ||
            (same_name(name, "sid") && is_drawn(value)))
            return parameter;
    }
    return {};
}

bool is_picture_file(std::string_view path) noexcept
{
    const auto dot = path.rfind('.');
    return dot != npos && is_picture_suffix(path.substr(dot + 1));
}

} // namespace

Url canonical(const Url& url)
{
    if (const auto picture = url.picture_inside()) return url.moved_to(canonical(url.document()));
    const auto target = url.target();
    if (target.find_first_of("?;") == npos) return url;
    const auto path = url.path();
    std::string query;
    if (target.size() > path.size() + 1) {
        const auto written = target.substr(path.size() + 1);
        if (!is_sorting(path, written)) query = without_idle_parameters(written, is_picture_file(path));
    }
    std::string text = url.origin();
    const auto session = session_in(path);
    if (session.empty())
        text += path;
    else
        text.append(path, 0, static_cast<std::size_t>(session.data() - path.data()))
            .append(session.data() + session.size(), path.data() + path.size());
    if (!query.empty()) text.append("?").append(query);
    if (text == url.text()) return url;
    auto shorter = Url::parse(text);
    return shorter ? *std::move(shorter) : url;
}

} // namespace stillwatch::crawler
