#include "alerts/mime.hpp"

#include "core/bytes.hpp"
#include "core/digest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::alerts {

namespace {

bool is_control(char letter)
{
    const auto code = static_cast<unsigned char>(letter);
    return code < 0x20 || code == 0x7F;
}

bool is_plain(char letter)
{
    return letter >= ' ' && letter < 0x7F;
}

// local@domain of printable ASCII without what has a meaning in address headers (RFC 5322 section 3.2.3).
bool is_address(std::string_view text)
{
    const auto at = text.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == text.size() || text.size() > 320) return false;
    return std::ranges::count(text, '@') == 1 && std::ranges::all_of(text, [](char letter) {
               return letter > ' ' && letter < 0x7F &&
                      std::string_view("()<>[]:;\\,\"").find(letter) == std::string_view::npos;
           });
}

// RFC 5322 section 3.3 wants the zone as a number; HTTP's form ends in "GMT".
std::string mail_date(Timestamp at)
{
    auto date = format_http_date(at);
    date.replace(date.size() - 3, 3, "+0000");
    return date;
}

bool begins_character(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::string part(std::string_view boundary, std::string_view type, std::string_view content)
{
    return fmt::format("--{}\r\nContent-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: "
                       "quoted-printable\r\n\r\n{}\r\n",
                       boundary, type, quoted_printable(content));
}

} // namespace

namespace {

Result<void> check(const Letter& letter)
{
    if (!is_address(letter.from))
        return Error{Errc::invalid_argument, "mail: the sender is no plain address"};
    if (!is_address(letter.to))
        return Error{Errc::invalid_argument, "mail: the recipient is no plain address"};
    if (!is_address(letter.message_id))
        return Error{Errc::invalid_argument, "mail: the message id is not well formed"};
    if (!letter.thread_id.empty() && !is_address(letter.thread_id))
        return Error{Errc::invalid_argument, "mail: the thread id is not well formed"};
    return {};
}

// RFC 3834 section 5 and its counterpart at Exchange: nobody's holiday note shall answer.
constexpr std::string_view automatic = "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n";

} // namespace

Result<std::string> compose_sealed(const Letter& letter, const MailCipher& cipher)
{
    if (const auto checked = check(letter); !checked) return checked.error();
    const auto outer = fmt::format("Date: {}\r\nFrom: {}\r\nTo: {}\r\nMessage-ID: <{}>\r\n",
                                   mail_date(letter.at), letter.from, letter.to, letter.message_id);
    std::string noted; // what stands outside
    for (std::size_t at = 0; at < outer.size(); at = outer.find('\n', at) + 1)
        noted += "HP-Outer: " + outer.substr(at, outer.find('\n', at) + 1 - at);
    auto entity = outer;
    entity += fmt::format("Subject: {}\r\n", header_text(letter.subject));
    entity += noted;
    entity += "HP-Outer: Subject: [...]\r\nMIME-Version: 1.0\r\n"
              "Content-Type: text/plain; charset=utf-8; hp=\"cipher\"\r\n"
              "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
              quoted_printable(letter.text);
    const auto sealed = cipher.seal(entity);
    if (!sealed) return sealed.error();
    // No thread: its id is the case's.
    auto message = outer;
    message += "Subject: [...]\r\n";
    message += automatic;
    message += "MIME-Version: 1.0\r\n";
    return message + *sealed;
}

Result<std::string> compose(const Letter& letter)
{
    if (const auto checked = check(letter); !checked) return checked.error();
    const auto boundary = "=_" + Sha256::of(as_bytes(letter.message_id)).hex().substr(0, 32);
    auto message = fmt::format("Date: {}\r\nFrom: {}\r\nTo: {}\r\nMessage-ID: <{}>\r\n", mail_date(letter.at),
                               letter.from, letter.to, letter.message_id);
    if (!letter.thread_id.empty())
        message += fmt::format("In-Reply-To: <{0}>\r\nReferences: <{0}>\r\n", letter.thread_id);
    message += fmt::format("Subject: {}\r\n", header_text(letter.subject));
    message += automatic;
    message += "MIME-Version: 1.0\r\n";
    message += fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", boundary);
    message += part(boundary, "plain", letter.text);
    message += part(boundary, "html", letter.html);
    return message + fmt::format("--{}--\r\n", boundary);
}

std::string quoted_printable(std::string_view text)
{
    constexpr std::size_t longest = 75; // and the "=" of a soft line break
    std::string result;
    std::size_t column = 0;
    for (std::size_t index = 0; index < text.size(); ++index) {
        const char letter = text[index];
        if (letter == '\n') {
            result += "\r\n";
            column = 0;
            continue;
        }
        const bool ends_line = index + 1 == text.size() || text[index + 1] == '\n';
        const bool dot_alone =
            letter == '.' && column == 0; // a line of one dot would end the message in SMTP
        const bool plain = letter > ' ' && letter < 0x7F && letter != '=' && !dot_alone;
        const bool blank = letter == ' ' && !ends_line;
        const std::size_t width = plain || blank ? 1 : 3;
        if (column + width > longest) {
            result += "=\r\n";
            column = 0;
        }
        if (width == 1)
            result.push_back(letter);
        else
            result += fmt::format("={:02X}", static_cast<unsigned>(static_cast<unsigned char>(letter)));
        column += width;
    }
    return result;
}

std::string header_text(std::string_view text)
{
    std::string clean(text);
    std::ranges::replace_if(clean, is_control, ' ');
    const bool looks_encoded = clean.find("=?") != std::string::npos;
    if (std::ranges::all_of(clean, is_plain) && !looks_encoded && clean.size() <= 900) return clean;

    constexpr std::size_t longest_piece =
        45; // 60 bytes of base64, 72 with the frame: at most 75 (RFC 2047 section 2)
    std::string result;
    std::size_t begin = 0;
    while (begin < clean.size()) {
        auto end = std::min(begin + longest_piece, clean.size());
        while (end < clean.size() && end > begin + 1 && !begins_character(clean[end]))
            --end;
        if (!result.empty()) result += "\r\n ";
        result += fmt::format("=?utf-8?B?{}?=",
                              to_base64(as_bytes(std::string_view(clean).substr(begin, end - begin))));
        begin = end;
    }
    return result;
}

} // namespace stillwatch::alerts
