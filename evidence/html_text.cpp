#include "evidence/html_text.hpp"

#include <fmt/format.h>

namespace stillwatch::evidence {

std::string shown(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const auto third = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 2]) : 0U;
        const bool is_c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;
        const bool turns =
            byte == 0xE2 &&
            ((next == 0x80 && ((third >= 0xAA && third <= 0xAE) || third == 0x8E || third == 0x8F)) ||
             (next == 0x81 && third >= 0xA6 && third <= 0xA9));
        if (byte < 0x20 || byte == 0x7F || is_c1 || turns)
            result += fmt::format("\\x{:02x}", byte);
        else
            result += text[i];
    }
    return result;
}

std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '&': result += "&amp;"; break;
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '"': result += "&quot;"; break;
        case '\'': result += "&#39;"; break;
        default: result += c;
        }
    }
    return result;
}

std::string html_head(std::string_view title)
{
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\"><meta name=\"viewport\" "
        "content=\"width=device-width\">\n"
        "<title>{}</title>\n"
        "<style>body{{font:16px/1.45 sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#111}}"
        ".report tr:first-child "
        "td{{font-weight:700}}h2{{margin-top:2rem;font-size:1.2rem}}p{{max-width:45rem}}"
        "table{{border-collapse:collapse;width:100%}}"
        "th,td{{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #ccc;"
        "overflow-wrap:anywhere}}th{{width:14rem;font-weight:600}}"
        "pre{{background:#f3f3f3;padding:.6rem;white-space:pre-wrap;overflow-wrap:anywhere}}"
        "@media "
        "print{{body{{margin:0;font-size:11pt}}h2{{break-after:avoid}}tr,pre{{break-inside:avoid}}}}</style>"
        "</head>\n<body>",
        escaped(title));
}

} // namespace stillwatch::evidence
