#include "html/redirector.hpp"

#include "core/bytes.hpp"
#include "core/npos.hpp"
#include "core/percent.hpp"
#include "core/url.hpp"
#include "html/base64.hpp"
#include "html/references.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace stillwatch::html {

namespace {

constexpr int most_layers = 3;
constexpr int most_tries = 4;              // parts of a path, each of which is read to the end
constexpr std::size_t shortest_coded = 12; // "http://a.b/c" has as many
constexpr std::size_t shortest_decoded = 6;

bool is_absolute(std::string_view value) noexcept
{
    return begins_with_name(value, "http://") || begins_with_name(value, "https://");
}

std::optional<std::string> in_hexadecimal(std::string_view text)
{
    Bytes bytes(text.size() / 2);
    if (!from_hex(text, bytes)) return std::nullopt;
    return std::string(as_text(bytes));
}

// "uggcf://": letters moved by thirteen, as some boards hide addresses from other boards.
std::string turned(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (is_letter(c)) c = static_cast<char>(lower(c) <= 'm' ? c + 13 : c - 13);
    return out;
}

// {"url":"https:\/\/…"}: the first absolute address of an object that says where a link leads.
std::optional<std::string> address_of_object(std::string_view text)
{
    const auto begin = find_name(text, "\"http");
    if (begin == npos) return std::nullopt;
    const auto end = text.find('"', begin + 1);
    if (end == npos) return std::nullopt;
    std::string address(text.substr(begin + 1, end - begin - 1));
    std::erase(address, '\\');
    if (!is_absolute(address) || !Url::parse(address)) return std::nullopt;
    return address;
}

// "/a/b.jpg", "//host/b.jpg" that base64 hid: relative to the page, of characters that addresses have.
bool is_hidden_path(std::string_view text) noexcept
{
    constexpr std::string_view of_no_address = " <>\"'`{}|\\^";
    return text.size() > 2 && text.front() == '/' && text.find_first_of(of_no_address) == npos;
}

// The address that a value says: absolute, or a path that base64 hid.
std::optional<std::string> address_said(std::string_view value)
{
    std::string text(trimmed(value));
    for (int layer = 0; layer <= most_layers; ++layer) {
        if (is_absolute(text)) {
            const auto url = Url::parse(text);
            if (!url) return std::nullopt;
            return text;
        }
        if (text.size() < shortest_coded) return std::nullopt;
        if (begins_with_name(text, "uggc")) {
            text = turned(text);
        } else if (text.find('%') != std::string::npos) {
            text = without_percents(text);
        } else if (text.starts_with("6874747") || text.starts_with("4854545")) {
            auto decoded = in_hexadecimal(text);
            if (!decoded) return std::nullopt;
            text = *std::move(decoded);
        } else {
            // A '+' of base64 may have come as a blank.
            std::ranges::replace(text, ' ', '+');
            auto decoded = text_in_base64(text, shortest_decoded);
            if (!decoded) return std::nullopt;
            text = *std::move(decoded);
            if (is_hidden_path(text)) return text;
            if (text.starts_with('{')) return address_of_object(text);
        }
        text = trimmed(text);
    }
    return std::nullopt;
}

// Parameters that tell where somebody comes from or goes back to.
bool is_way_back(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 24> names{
        "ref",       "referer", "referrer",  "from",      "back",         "backurl",
        "back_url",  "return",  "returnto",  "return_to", "returnurl",    "return_url",
        "returnuri", "ret",     "continue",  "via",       "origin",       "source",
        "callback",  "cb",      "came_from", "prev",      "redirect_uri", "httpref"};
    return std::ranges::any_of(names, [&](auto one) { return same_name(one, name); });
}

bool is_door(std::string_view path) noexcept
{
    static constexpr std::array<std::string_view, 6> doors{"login",    "signin", "sign-in",
                                                           "register", "signup", "logon"};
    return std::ranges::any_of(doors, [&](auto one) { return find_name(path, one) != npos; });
}

// A path, or an object, in base64: '/' with a letter or another one behind it, '{"'.
bool may_be_coded_path(std::string_view value) noexcept
{
    static constexpr std::array<std::string_view, 6> begins{"L0", "L1", "L2", "L3", "Ly", "eyJ"};
    return std::ranges::any_of(begins, [&](auto one) { return value.starts_with(one); });
}

// What a value could begin with; most references have none of it, and few an equals sign.
bool may_hold_address(std::string_view text) noexcept
{
    for (auto sign = text.find('='); sign != npos; sign = text.find('=', sign + 1))
        if (may_be_coded_path(text.substr(sign + 1))) return true;
    if (find_name(text, "http") != npos) return true;
    return std::ranges::any_of(
        std::array<std::string_view, 7>{"aHR0c", "SFRUU", "6874747", "4854545", "uggc", "%68%74", "YUhSMG"},
        [&](auto mark) { return text.find(mark) != npos; });
}

std::optional<Destination> in_query(std::string_view path, std::string_view query)
{
    // The whole query, and with it the query of what it leads to.
    if (is_absolute(query)) {
        if (auto address = address_said(query)) return Destination{*std::move(address)};
    }
    for (auto rest = query; !rest.empty();) {
        const auto end = rest.find_first_of("&;");
        const auto parameter = rest.substr(0, end);
        rest.remove_prefix(end == npos ? rest.size() : end + 1);
        const auto equals = parameter.find('=');
        // "?aHR0cHM6Ly9…=": the sign is padding.
        const bool is_bare = equals == npos || parameter.find_first_not_of('=', equals) == npos;
        const auto name = is_bare ? std::string_view() : parameter.substr(0, equals);
        const auto value = is_bare ? parameter : parameter.substr(equals + 1);
        if (value.size() < shortest_coded || (!may_hold_address(value) && !may_be_coded_path(value)))
            continue;
        auto address = address_said(value);
        if (!address) continue;
        // A path of the site's own may be what a script reads the picture from, and shown nowhere else.
        const bool is_all = is_absolute(*address) && !is_way_back(name) && !is_door(path);
        return Destination{*std::move(address), is_all};
    }
    return std::nullopt;
}

// `path` begins behind the host; `tail`: the same with the query.
std::optional<Destination> in_path(std::string_view path, std::string_view tail)
{
    int tries = 0;
    for (auto slash = path.find('/'); slash != npos && slash + 1 < path.size();
         slash = path.find('/', slash + 1)) {
        const auto rest = tail.substr(slash + 1);
        if (tries == most_tries) break;
        if (is_absolute(rest)) {
            ++tries;
            if (auto address = address_said(rest)) return Destination{*std::move(address)};
        }
        // Servers make one slash of two.
        if (begins_with_name(rest, "https:/") || begins_with_name(rest, "http:/")) {
            ++tries;
            const auto behind = rest.find('/');
            auto mended = std::string(rest.substr(0, behind)).append("/").append(rest.substr(behind));
            if (auto address = address_said(mended)) return Destination{*std::move(address)};
        }
        const auto segment = path.substr(slash + 1, path.find('/', slash + 1) - slash - 1);
        if (segment.size() < shortest_coded || !may_hold_address(segment)) continue;
        ++tries;
        // Base64 may have slashes of its own.
        for (const auto coded : {segment, path.substr(slash + 1), segment.substr(0, segment.rfind('.'))})
            if (auto address = address_said(coded)) return Destination{*std::move(address)};
    }
    return std::nullopt;
}

} // namespace

std::optional<Destination> destination_in(std::string_view reference)
{
    reference = trimmed(reference);
    if (reference.size() > Url::max_bytes) return std::nullopt;
    const auto scheme = reference.find("://");
    const bool has_host = is_absolute(reference) || reference.starts_with("//");
    auto begin = std::size_t{0};
    if (has_host)
        begin = std::min(reference.find_first_of("/?", is_absolute(reference) ? scheme + 3 : 2),
                         reference.size());
    const auto rest = reference.substr(begin);
    if (!may_hold_address(rest)) return std::nullopt;
    const auto hash = rest.find('#');
    const auto target = rest.substr(0, hash);
    const auto question = target.find('?');
    const auto path = target.substr(0, question);
    if (question != npos)
        if (auto found = in_query(path, target.substr(question + 1))) return found;
    if (auto found = in_path(path, target)) return found;
    // "/leave.html#aHR0c…": a page whose script reads it. Another page's address is a state of this one.
    if (hash != npos && !is_absolute(rest.substr(hash + 1))) return in_query(path, rest.substr(hash + 1));
    return std::nullopt;
}

} // namespace stillwatch::html
