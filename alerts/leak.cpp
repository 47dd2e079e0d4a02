#include "alerts/leak.hpp"

#include "core/ascii.hpp"
#include "core/bytes.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace stillwatch::alerts {

namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with)
{
    for (auto place = text.find(what); place != std::string::npos;
         place = text.find(what, place + with.size()))
        text.replace(place, what.size(), with);
}

// Quoted-printable, HTML entities and JSON escapes taken off, so that nothing hides behind them.
std::string uncovered(std::string_view message)
{
    std::string text(message);
    replace_all(text, "=\r\n", "");
    std::string decoded;
    for (std::size_t index = 0; index < text.size(); ++index) {
        std::array<std::byte, 1> byte{};
        if (text[index] == '=' && index + 2 < text.size() && from_hex(text.substr(index + 1, 2), byte)) {
            decoded.push_back(static_cast<char>(byte[0]));
            index += 2;
        } else {
            decoded.push_back(text[index]);
        }
    }
    replace_all(decoded, "\\/", "/");
    replace_all(decoded, "&amp;", "&");
    return decoded;
}

// The allowed link blanked out where it stands whole: "https://desk.example" must not cover
// "https://desk.example.org".
void remove_link(std::string& text, std::string_view link)
{
    constexpr std::string_view ends = " \t\r\n\"'<>";
    for (auto place = text.find(link); place != std::string::npos; place = text.find(link, place + 1)) {
        const auto after = place + link.size();
        if (after == text.size() || ends.find(text[after]) != std::string_view::npos)
            std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(place), link.size(), ' ');
    }
}

bool is_base64(char letter)
{
    return is_letter_or_digit(letter) || letter == '+' || letter == '/' || letter == '-' || letter == '_' ||
           letter == '=';
}

bool has_long_base64(std::string_view message)
{
    constexpr std::size_t longest = 2048;
    std::size_t run = 0;
    for (const char letter : message) {
        if (letter == '\r' || letter == '\n') continue; // base64 in mail is broken into lines
        run = is_base64(letter) ? run + 1 : 0;
        if (run > longest) return true;
    }
    return false;
}

} // namespace

std::optional<std::string_view> leak_in(std::string_view message, std::string_view allowed_link,
                                        std::string_view disclosed)
{
    if (has_long_base64(message)) return "a long block of base64";
    const auto remove_allowed = [&](std::string& text) {
        if (!allowed_link.empty()) remove_link(text, allowed_link);
        if (disclosed.empty()) return;
        remove_link(text, disclosed);
        std::string in_html(disclosed);
        replace_all(in_html, "&", "&amp;");
        remove_link(text, in_html);
    };
    // As it stands, too: "?t=12" of an address would be taken for quoted-printable.
    std::string plain(message);
    remove_allowed(plain);
    auto text = uncovered(plain);
    remove_allowed(text);
    std::ranges::transform(text, text.begin(), lower);

    struct Trace {
        std::string_view text;
        std::string_view meaning;
    };
    static constexpr std::array traces{
        Trace{"://", "an address other than the configured link"},
        Trace{"www.", "an address other than the configured link"},
        Trace{"image/", "a picture"},
        Trace{"video/", "a picture"},
        Trace{"<img", "a picture"},
        Trace{"application/", "an attachment"},
        Trace{"content-disposition", "an attachment"},
        Trace{"transfer-encoding: base64", "an encoded part"},
        Trace{"data:", "a data address"},
    };
    for (const auto& trace : traces)
        if (text.find(trace.text) != std::string::npos) return trace.meaning;
    return std::nullopt;
}

} // namespace stillwatch::alerts
