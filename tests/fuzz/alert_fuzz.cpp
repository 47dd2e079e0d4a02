#include "alerts/event.hpp"
#include "alerts/mime.hpp"
#include "alerts/render.hpp"
#include "core/json.hpp"
#include "tests/fuzz/claim.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

using namespace stillwatch;
using fuzz::claim;

namespace {

constexpr std::size_t longest_line = 998; // RFC 5322 section 2.1.1

std::string decoded(std::string_view printable)
{
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
    std::string text;
    for (std::size_t at = 0; at < printable.size(); ++at) {
        if (printable[at] == '\r') continue;
        if (printable[at] != '=') {
            text += printable[at];
        } else if (printable[at + 1] == '\r') {
            at += 2;
        } else {
            text += static_cast<char>(digit(printable[at + 1]) * 16 + digit(printable[at + 2]));
            at += 2;
        }
    }
    return text;
}

// Nothing of a letter's fields begins a header line of its own, or ends the header.
void check_message(std::string_view message)
{
    std::multiset<std::string, std::less<>> names;
    for (std::size_t at = 0; at < message.size();) {
        const auto end = message.find("\r\n", at);
        claim(end != std::string_view::npos, "every line is ended");
        const auto line = message.substr(at, end - at);
        claim(line.size() <= longest_line, "no line is too long");
        claim(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
              "no bare line end");
        at = end + 2;
        if (line.empty()) break;
        if (line.front() != ' ' && line.front() != '\t') names.emplace(line.substr(0, line.find(':')));
    }
    for (const auto name : {"Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type"})
        claim(names.count(name) == 1, "each of its headers stands once");
    static const std::set<std::string, std::less<>> known{
        "Date",       "From",           "To",           "Subject",
        "Message-ID", "MIME-Version",   "Content-Type", "In-Reply-To",
        "References", "Auto-Submitted", "List-Id",      "X-Auto-Response-Suppress"};
    for (const auto& name : names)
        claim(known.contains(name), "no header is made of what a letter says");
}

void check_letter(std::string_view data)
{
    std::array<std::string, 6> parts;
    for (auto& part : parts) {
        const auto end = std::min(data.find('\0'), data.size());
        part = data.substr(0, end);
        data.remove_prefix(std::min(end + 1, data.size()));
    }
    const alerts::Letter letter{parts[0], parts[1],    parts[2], parts[3],
                                parts[4], Timestamp{}, parts[5], parts[5]};
    if (const auto message = alerts::compose(letter)) check_message(*message);
    const auto header = alerts::header_text(letter.subject);
    for (const char c : header)
        claim(c == '\r' || c == '\n' || (c >= ' ' && c < 0x7F), "a header is plain text");
    // Lines are ended there as mail ends them.
    std::string plain;
    for (const char c : letter.text)
        if (c != '\r') plain += c;
    const auto printable = alerts::quoted_printable(plain);
    claim(decoded(printable) == plain || decoded(printable) == plain + "\n", "what is printable comes back");
}

void check_event(std::string_view text)
{
    const auto event = alerts::read_event(text);
    if (!event) return;
    const auto written = alerts::write_event(*event);
    const auto again = alerts::read_event(written);
    claim(again && alerts::write_event(*again) == written, "what was written is read and written alike");
    if (!alerts::is_well_formed(*event)) return;
    const auto subject = alerts::subject_of(*event);
    claim(subject.find_first_of("\r\n") == std::string::npos, "a subject is one line");
    (void)alerts::text_of(*event);
    const auto html = alerts::html_of(*event);
    for (const auto tag : {"<script", "<img", "javascript:"})
        claim(html.find(tag) == std::string::npos, "nothing to load or run");
    claim(parse_json(alerts::payload_of(*event)).has_value(), "the payload is JSON");
    check_letter("desk@helpline.example" + std::string(1, '\0') + "to@helpline.example" +
                 std::string(1, '\0') + subject + std::string(1, '\0') + "alt_x@helpline.example" +
                 std::string(2, '\0') + alerts::text_of(*event));
}

} // namespace

// An event as it rests in the outbox is rendered without harm, and no field of a letter becomes a header.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_event(text);
    check_letter(text);
    return 0;
}
