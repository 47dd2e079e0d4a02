#include "pictures/unread_format.hpp"

#include "core/binary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace stillwatch::pictures {

namespace {

using namespace std::string_view_literals;

struct Signature {
    std::string_view begin;
    std::string_view name;
};

constexpr std::string_view convert = "convert it to JPEG first";
constexpr std::string_view take_frames = "save single frames of it as JPEG";
constexpr std::string_view render = "export the picture as JPEG or PNG first";

constexpr std::array pictures{
    Signature{"II\xBC"sv, "JPEG XR"},
    Signature{"8BPS"sv, "Photoshop"},
    Signature{"gimp xcf"sv, "GIMP"},
    Signature{"FUJIFILMCCD-RAW"sv, "a camera's raw format"},
    Signature{"IIRO"sv, "a camera's raw format"},
    Signature{"IIU\0"sv, "a camera's raw format"},
};
constexpr std::array films{
    Signature{"\x1A\x45\xDF\xA3"sv, "WebM or Matroska video"},
    Signature{"\0\0\x01\xBA"sv, "MPEG video"},
    Signature{"\0\0\x01\xB3"sv, "MPEG video"},
    Signature{"FLV\x01"sv, "Flash video"},
    Signature{"OggS"sv, "Ogg video or sound"},
    Signature{"\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, "Windows Media"},
};
constexpr std::array documents{
    Signature{"%PDF-"sv, "PDF"},
    Signature{"%!PS"sv, "PostScript"},
    Signature{"PK\x03\x04"sv, "a ZIP archive or office document"},
    Signature{"\xD0\xCF\x11\xE0"sv, "an office document"},
};

// ISO base media: which family the brands of its first box name (ISO/IEC 14496-12, section 4.3; 23008-12,
// annex B).
std::optional<std::string> of_iso_media(ByteView file)
{
    if (file.size() < 12 || as_text(file.subspan(4, 4)) != "ftyp") return std::nullopt;
    const auto box_bytes = std::min<std::size_t>({big_32(file, 0), file.size(), 256});
    for (std::size_t at = 8; at + 4 <= box_bytes; at += 4) {
        if (at == 12) continue; // minor version
        const auto brand = as_text(file.subspan(at, 4));
        if (brand == "crx ") return fmt::format("a camera's raw format is not read: {}", convert);
    }
    return fmt::format("MP4 or QuickTime video is not read: {}", take_frames);
}

std::string_view without_space(std::string_view text)
{
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

std::optional<std::string> of_markup(std::string_view text)
{
    text = without_space(text.substr(0, 4096));
    if (text.starts_with("<svg") ||
        (text.starts_with("<?xml") && text.find("<svg") != std::string_view::npos) ||
        (text.starts_with("<!--") && text.find("<svg") != std::string_view::npos))
        return fmt::format("SVG is not read: {}", render);
    std::string begin(text.substr(0, 16));
    std::ranges::transform(begin, begin.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    if (begin.starts_with("<!doctype html") || begin.starts_with("<html"))
        return "this is a web page, not a picture";
    return std::nullopt;
}

} // namespace

std::optional<std::string> unread_format(ByteView file)
{
    if (file.empty()) return "the file is empty";
    const auto find = [&](const auto& signatures, std::string_view what_to_do) -> std::optional<std::string> {
        for (const auto& [begin, name] : signatures)
            if (as_text(file).starts_with(begin)) return fmt::format("{} is not read: {}", name, what_to_do);
        return std::nullopt;
    };
    if (auto found = find(pictures, convert)) return found;
    if (auto found = find(films, take_frames)) return found;
    if (auto found = find(documents, render)) return found;
    if (as_text(file).starts_with("RIFF") && file.size() >= 12 && as_text(file.subspan(8, 4)) == "AVI ")
        return fmt::format("AVI video is not read: {}", take_frames);
    if (auto found = of_iso_media(file)) return found;
    return of_markup(as_text(file));
}

} // namespace stillwatch::pictures
