#include "html/text_addresses.hpp"

#include "core/npos.hpp"
#include "core/url.hpp"
#include "html/controls.hpp"
#include "html/entities.hpp"
#include "html/references.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

constexpr Characters literal_marks("\"\\");
constexpr Characters prose_ends("\"'<>[]{}|\\^`");

constexpr bool ends_prose_address(char c) noexcept
{
    return static_cast<unsigned char>(c) <= ' ' || prose_ends.has(c);
}

std::string_view without_closing_marks(std::string_view address) noexcept
{
    while (!address.empty()) {
        const char last = address.back();
        const bool is_closing = last == ')' && address.find('(') == npos;
        if (!is_closing && std::string_view(".,;:!?*_").find(last) == npos) break;
        address.remove_suffix(1);
    }
    return address;
}

// Where "http" or "https" begins before the "://" at `mark`, or npos.
std::size_t scheme_before(std::string_view text, std::size_t mark) noexcept
{
    for (const std::size_t length : {std::size_t{4}, std::size_t{5}}) {
        if (mark < length) continue;
        const auto begin = mark - length;
        if (same_name(text.substr(begin, length), std::string_view("https").substr(0, length)) &&
            (begin == 0 || !is_letter(text[begin - 1])))
            return begin;
    }
    return npos;
}

constexpr bool is_quote(char c) noexcept
{
    return c == '"' || c == '\'' || c == '`';
}

// The first position behind a picture's suffix whose '.' stands at or after `at`, or npos.
std::size_t after_suffix(std::string_view text, std::size_t at) noexcept
{
    for (auto dot = text.find('.', at); dot != npos; dot = text.find('.', dot + 1)) {
        auto end = dot + 1;
        while (end < text.size() && end - dot <= 6 && (is_letter(text[end]) || is_digit(text[end])))
            ++end;
        const bool goes_on = end < text.size() && std::string_view("._-%/").find(text[end]) != npos;
        if (!goes_on && has_image_suffix(text.substr(dot, end - dot))) return end;
    }
    return npos;
}

// Behind the query of an address in a literal that ends with `quote`.
std::size_t after_query(std::string_view code, std::size_t at) noexcept
{
    if (at >= code.size() || code[at] != '?') return at;
    for (; at < code.size(); ++at) {
        const char c = code[at];
        if (is_quote(c) || is_blank(c) || c == '<' || c == '>' || c == ')' || c == '}') break;
        if (c == '\\' && code.substr(at + 1, 1) != "/" && !code.substr(at + 1).starts_with("u00")) break;
    }
    return at;
}

std::string without_escapes(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            out.push_back(text[at]);
            continue;
        }
        const char kind = text[++at];
        if (kind == 'u' || kind == 'x') {
            auto next = at + 1;
            const auto code = take_hex(text, next, kind == 'u' ? 4 : 2);
            append_utf8(out, code);
            at = next - 1;
        } else if (kind != '\n' && kind != '\r') {
            out.push_back(kind);
        }
    }
    if (out.find('&') == npos) return out;
    std::string decoded;
    (void)append_decoded(decoded, out);
    return decoded;
}

bool is_joined(std::string_view code, std::size_t before, std::size_t after) noexcept
{
    while (before > 0 && is_blank(code[before - 1]))
        --before;
    if (before > 0 && code[before - 1] == '+') return true;
    if (after < code.size() && is_quote(code[after])) ++after;
    while (after < code.size() && is_blank(code[after]))
        ++after;
    return after < code.size() && code[after] == '+';
}

bool begins_like_address(std::string_view text) noexcept
{
    while (text.starts_with('\\'))
        text.remove_prefix(1);
    return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") ||
           text.starts_with("u002") || begins_with_name(text, "http:") || begins_with_name(text, "https:");
}

struct Literal {
    std::size_t begin = npos;
    std::size_t before = 0; // the position of its opening quote
};

// Where the address that ends at `end` begins, not before `floor`; npos where no literal holds it.
Literal literal_before(std::string_view code, std::size_t floor, std::size_t end) noexcept
{
    auto soft = npos; // behind the last mark that an address seldom holds
    const auto lowest = std::max(floor, end > max_reference_bytes ? end - max_reference_bytes : 0);
    for (auto at = end; at > lowest; --at) {
        const char c = code[at - 1];
        if (c == '\n' || c == '\r' || c == '}') return {};
        if (is_quote(c)) {
            const bool is_whole = soft == npos || begins_like_address(code.substr(at, end - at));
            const bool is_escaped = at >= 2 && code[at - 2] == '\\';
            return {is_whole ? at : soft, is_escaped ? at - 2 : at - 1};
        }
        const bool is_mark = is_blank(c) || std::string_view("<>(){=,;[]|").find(c) != npos;
        if (is_mark && soft == npos) soft = at;
    }
    return {};
}

std::string plain_key(std::string_view key)
{
    std::string plain;
    for (const char c : key)
        if (c != '_' && c != '-' && c != '@') plain.push_back(lower(c));
    return plain;
}

template <std::size_t size>
bool holds(const std::array<std::string_view, size>& names, std::string_view name) noexcept
{
    return std::ranges::find(names, name) != names.end();
}

// Keys whose value is a picture whatever it looks like.
bool is_picture_key(std::string_view key) noexcept
{
    static constexpr std::array<std::string_view, 24> keys{
        "image",        "imageurl",     "img",         "imgurl",     "imgsrc",      "photo",
        "photourl",     "picture",      "pictureurl",  "thumbnail",  "thumb",       "thumburl",
        "thumbnailurl", "thumbnailsrc", "poster",      "posterurl",  "contenturl",  "previewurl",
        "coverurl",     "displayurl",   "originalurl", "displaysrc", "bannerimage", "fullurl"};
    return holds(keys, key);
}

bool is_address_key(std::string_view key) noexcept
{
    static constexpr std::array<std::string_view, 8> keys{"src",   "url",      "href", "full",
                                                          "large", "original", "file", "source"};
    return is_picture_key(key) || holds(keys, key);
}

bool is_page_key(std::string_view key) noexcept
{
    static constexpr std::array<std::string_view, 8> keys{"url",  "href",    "link",     "permalink",
                                                          "next", "nexturl", "nextpage", "nextpageurl"};
    return holds(keys, key);
}

// "next": {"href": …}
bool is_place_key(std::string_view key) noexcept
{
    static constexpr std::array<std::string_view, 6> keys{"href", "url", "link", "path", "uri", "src"};
    return holds(keys, key);
}

bool names_media(std::string_view reference) noexcept
{
    static constexpr std::array<std::string_view, 5> suffixes{".mp3", ".ogg", ".js", ".css", ".svg"};
    if (has_video_suffix(reference)) return true;
    const auto path = reference.substr(0, path_ends.first_in(reference));
    return std::ranges::any_of(suffixes, [&](auto one) {
        return path.size() >= one.size() && same_name(path.substr(path.size() - one.size()), one);
    });
}

bool is_absolute(std::string_view value) noexcept
{
    return begins_with_name(value, "http://") || begins_with_name(value, "https://") ||
           value.starts_with('/');
}

// A JSON string from its opening quote; `at` moves behind it.
std::string_view raw_string(std::string_view json, std::size_t& at) noexcept
{
    const auto begin = ++at;
    while ((at = std::min(literal_marks.first_in(json, at), json.size())) < json.size() && json[at] == '\\')
        at += 2;
    at = std::min(at, json.size());
    const auto value = json.substr(begin, at - begin);
    if (at < json.size()) ++at;
    return value;
}

class JsonReader {
public:
    JsonReader(Mechanism mechanism, JsonPlace place, Candidates& out)
        : mechanism_(mechanism), place_(place), out_(out)
    {
    }

    // `parent`: the key of the object that holds it, where it is known.
    void value(std::string_view parent, std::string_view key_text, std::string_view raw)
    {
        if (raw.size() < 4) return;
        const auto text = raw.find('\\') == npos ? raw : out_.keep(unescaped(raw));
        if (place_ != JsonPlace::attribute && text.find('<') != npos && text.find('>') != npos) {
            out_.documents.push_back(text);
            return;
        }
        if (text.size() <= max_reference_bytes && text.find_first_of("\r\n") == npos) {
            const auto key = plain_key(key_text.substr(0, 32));
            const bool is_plain = text.find("://", 8) == npos || text.find(' ') == npos;
            if (has_image_suffix(text) && is_plain) {
                const bool is_bare = text.find('/') == npos;
                if (!is_bare || place_ == JsonPlace::attribute || is_address_key(key))
                    out_.add(mechanism_, LinkKind::image, text);
                return;
            }
            if (has_video_suffix(text) || out_.videos_by_place.contains(text))
                return; // read_player() has them
            if (is_picture_key(key) && is_absolute(text) && !names_media(text)) {
                out_.add(mechanism_, LinkKind::image, text);
                return;
            }
            if (place_ == JsonPlace::document && is_page_key(key) && is_absolute(text) &&
                !names_media(text)) {
                out_.add_by_suffix(mechanism_, out_.led_to(mechanism_, text));
                return;
            }
            const bool is_next = is_next_key(key) || (is_next_key(parent) && is_place_key(key)) ||
                                 (place_ == JsonPlace::attribute && (key == "url" || key == "href"));
            if (is_next && looks_like_page(text)) return add_control(text, out_);
        }
        read_text(text, mechanism_, Pages::left_out, out_);
    }

private:
    static std::string unescaped(std::string_view raw)
    {
        std::string out;
        for (std::size_t at = 0; at < raw.size(); ++at) {
            if (raw[at] != '\\' || at + 1 == raw.size()) {
                out.push_back(raw[at]);
                continue;
            }
            const char kind = raw[++at];
            if (kind == 'u') {
                auto next = at + 1;
                append_utf8(out, take_hex(raw, next, 4));
                at = next - 1;
            } else {
                out.push_back(kind == 'n' || kind == 'r' || kind == 't' ? '\n' : kind);
            }
        }
        return out;
    }

    Mechanism mechanism_;
    JsonPlace place_;
    Candidates& out_;
};

} // namespace

void read_text(std::string_view text, Mechanism mechanism, Pages pages, Candidates& out)
{
    for (auto mark = text.find("://"); mark != npos && !out.is_full();) {
        const auto begin = scheme_before(text, mark);
        auto end = mark + 3;
        if (begin != npos) {
            while (end < text.size() && end - begin < max_reference_bytes && !ends_prose_address(text[end]))
                ++end;
            auto address = text.substr(begin, end - begin);
            if (address.find('&') != npos) {
                std::string decoded;
                (void)append_decoded(decoded, address);
                const auto cut = static_cast<std::size_t>(std::ranges::find_if(decoded, ends_prose_address) -
                                                          decoded.begin());
                decoded.resize(cut);
                address = out.keep(std::move(decoded));
            }
            address = without_closing_marks(address);
            if (pages == Pages::taken) address = out.led_to(mechanism, address);
            const auto kind = kind_by_suffix(address, LinkKind::page);
            if (kind != LinkKind::page || pages == Pages::taken) out.add(mechanism, kind, address);
        }
        mark = text.find("://", end);
    }
}

void read_script(std::string_view code, Mechanism mechanism, BareNames bare, Candidates& out)
{
    std::size_t floor = 0;
    for (auto end = after_suffix(code, 0); end != npos && !out.is_full(); end = after_suffix(code, floor)) {
        const auto literal = literal_before(code, floor, end);
        const auto after = after_query(code, end);
        floor = after;
        if (literal.begin == npos) continue;
        if (is_joined(code, literal.before, after)) continue;
        auto address = without_escapes(code.substr(literal.begin, after - literal.begin));
        const auto name = address.substr(address.rfind('/') + 1);
        const bool is_bare = address.find('/') == npos;
        if (name.starts_with('.') || (is_bare && bare == BareNames::left_out)) continue;
        out.add(mechanism, LinkKind::image, out.keep(std::move(address)));
    }
}

void read_json(std::string_view json, Mechanism mechanism, JsonPlace place, Candidates& out)
{
    JsonReader reader(mechanism, place, out);
    std::string_view parent;
    std::string_view key;
    std::size_t behind = 0; // the last string
    for (std::size_t at = 0; (at = json.find('"', at)) != npos && !out.is_full();) {
        const auto between = json.substr(behind, at - behind);
        if (between.find('}') != npos) parent = {};
        if (between.find('{') != npos) parent = key;
        const auto text = raw_string(json, at);
        behind = at;
        auto next = at;
        while (next < json.size() && is_blank(json[next]))
            ++next;
        if (next < json.size() && json[next] == ':') {
            key = text;
            at = next;
        } else {
            reader.value(parent, key, text); // in a list: under the list's key
        }
    }
}

void read_track(std::string_view text, Candidates& out)
{
    while (!text.empty() && !out.is_full()) {
        const auto end = text.find_first_of("\r\n");
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(end == npos ? text.size() : end + 1);
        if (line.size() <= max_reference_bytes && line.find("-->") == npos && has_image_suffix(line))
            out.add(Mechanism::track, LinkKind::image, line);
    }
}

std::vector<std::string_view> picture_list(std::string_view text)
{
    constexpr std::size_t longest_suffix = 7;
    std::vector<std::string_view> pictures;
    std::size_t begin = 0;
    auto query = npos; // where that of the piece begins
    for (std::size_t at = 0; at <= text.size(); ++at) {
        const bool is_end = at == text.size();
        if (!is_end && query == npos && (text[at] == '?' || text[at] == '#')) query = at;
        if (!is_end && !is_blank(text[at]) && text[at] != ',' && text[at] != '|' && text[at] != ';') continue;
        const auto path_end = std::min(query, at);
        const auto tail = std::max(begin, path_end > longest_suffix ? path_end - longest_suffix : 0);
        const auto piece = trimmed(text.substr(begin, at - begin));
        if (!piece.empty() && !has_image_suffix(text.substr(tail, path_end - tail))) continue;
        if (!piece.empty() && piece.size() <= Url::max_bytes) pictures.push_back(piece);
        begin = at + 1;
        query = npos;
    }
    return pictures;
}

} // namespace stillwatch::html
