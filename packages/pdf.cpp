#include "packages/pdf.hpp"

#include "core/ascii.hpp"
#include "core/npos.hpp"
#include "packages/inflate.hpp"
#include "packages/pdf_dictionary.hpp"
#include "packages/png_file.hpp"
#include "pictures/sniff.hpp"

#include <algorithm>
#include <optional>

// ISO 32000-1: streams stand behind a dictionary (7.3.8), which names how they are packed (7.4) and, of a
// picture, its size and colours (8.9.5).
namespace stillwatch::packages {

namespace {

using namespace std::string_view_literals;

// A dictionary longer than this is no picture's.
constexpr std::size_t most_dictionary_bytes = 4096;

// What stands before "stream" back to its "obj".
std::string_view dictionary_before(std::string_view text, std::size_t stream)
{
    const auto begin = stream > most_dictionary_bytes ? stream - most_dictionary_bytes : 0;
    const auto part = text.substr(begin, stream - begin);
    const auto object = part.rfind(" obj"sv);
    return object == npos ? std::string_view() : part.substr(object + 4);
}

// "object-12", by the number before "0 obj" (7.3.10).
std::string object_name(std::string_view text, std::size_t stream)
{
    const auto begin = stream > most_dictionary_bytes ? stream - most_dictionary_bytes : 0;
    const auto part = text.substr(begin, stream - begin);
    auto at = part.rfind(" obj"sv);
    if (at == npos) return "object";
    while (at > 0 && is_digit(part[at - 1])) // its generation
        --at;
    while (at > 0 && part[at - 1] == ' ')
        --at;
    const auto end = at;
    while (at > 0 && end - at < 10 && is_digit(part[at - 1]))
        --at;
    return "object-" + std::string(part.substr(at, end - at));
}

// The bytes behind "stream" and its line end.
ByteView data_of(ByteView file, std::size_t at, const PdfDictionary& dictionary)
{
    const auto text = as_text(file);
    if (at < text.size() && text[at] == '\r') ++at;
    if (at < text.size() && text[at] == '\n') ++at;
    const auto rest = text.substr(std::min(at, text.size()));
    // Its length where it is told and right; it may stand in another object.
    if (const auto length = dictionary.number("Length"); length && *length < rest.size()) {
        const auto behind = rest.substr(*length, 16);
        if (behind.find("endstream"sv) != npos) return file.subspan(at, *length);
    }
    const auto end = rest.find("endstream"sv);
    return file.subspan(at, end == npos ? rest.size() : end);
}

std::optional<Bytes> from_ascii_85(ByteView data, std::size_t most_bytes)
{
    Bytes out;
    std::uint64_t group = 0;
    unsigned count = 0;
    const auto put = [&](unsigned bytes) {
        for (unsigned i = 0; i < bytes; ++i)
            out.push_back(static_cast<std::byte>(group >> (24U - 8U * i)));
        group = 0;
        count = 0;
    };
    for (const char c : as_text(data)) {
        if (c == '~' || out.size() > most_bytes) break;
        if (c == 'z' && count == 0) {
            put(4);
            continue;
        }
        if (c < '!' || c > 'u') continue; // line ends
        group = group * 85 + static_cast<unsigned>(c - '!');
        if (++count == 5) put(4);
    }
    if (count > 1) {
        const auto bytes = count - 1;
        for (; count < 5; ++count)
            group = group * 85 + 84;
        put(bytes);
    }
    if (out.size() > most_bytes) return std::nullopt;
    return out;
}

// Undoes what is around a picture. What is left names it: DCTDecode, JPXDecode, nothing, or FlateDecode
// alone.
struct Unfiltered {
    Bytes bytes;
    std::vector<std::string_view> left;
};

std::optional<Unfiltered> unfiltered(ByteView data, std::vector<std::string_view> filters,
                                     const PackageLimits& limits, Contents& contents)
{
    Bytes bytes(data.begin(), data.end());
    while (!filters.empty()) {
        const auto filter = filters.front();
        if (filter == "DCTDecode" || filter == "DCT" || filter == "JPXDecode") break;
        std::optional<Bytes> undone;
        if (filter == "FlateDecode" || filter == "Fl")
            undone = inflated(bytes, limits.max_bytes);
        else if (filter == "ASCII85Decode" || filter == "A85")
            undone = from_ascii_85(bytes, limits.max_bytes);
        if (!undone) return std::nullopt;
        contents.unpacked_bytes += undone->size();
        bytes = *std::move(undone);
        filters.erase(filters.begin());
    }
    return Unfiltered{std::move(bytes), std::move(filters)};
}

// The pixels of a picture that is no file of its own, as a PNG file.
std::optional<Bytes> as_png(const PdfDictionary& dictionary, Bytes pixels)
{
    const auto width = dictionary.number("Width");
    const auto height = dictionary.number("Height");
    if (!width || !height || dictionary.number("BitsPerComponent") != 8U) return std::nullopt;
    PngRows rows{*width, *height, 0, dictionary.number("Predictor").value_or(1) >= 10};
    const auto row_bytes = [&](std::size_t channels) {
        return channels * rows.width_px + (rows.are_filtered ? 1 : 0);
    };
    for (const std::size_t channels : {3U, 1U}) // as many bytes as its colours make
        if (rows.width_px > 0 && rows.width_px <= 1U << 16U && rows.height_px > 0 &&
            rows.height_px <= 1U << 16U && pixels.size() / row_bytes(channels) >= rows.height_px) {
            rows.channels = channels;
            return png_file(rows, pixels);
        }
    return std::nullopt;
}

void take_stream(ByteView data, const PdfDictionary& dictionary, std::string name,
                 const PackageLimits& limits, Contents& contents)
{
    auto filters = dictionary.names("Filter");
    const auto holds = [&](std::string_view one) { return std::ranges::find(filters, one) != filters.end(); };
    const bool is_file = holds("DCTDecode") || holds("DCT") || holds("JPXDecode");
    if (!is_file && dictionary.names("Subtype") != std::vector{"Image"sv}) return;
    ++contents.entries;
    auto found = unfiltered(data, std::move(filters), limits, contents);
    if (!found) return;
    auto bytes = std::move(found->bytes);
    if (!pictures::sniff_picture(bytes)) {
        if (is_file || dictionary.is_true("ImageMask")) return;
        auto file = as_png(dictionary, std::move(bytes));
        if (!file) return;
        bytes = *std::move(file);
    }
    take_picture(std::move(bytes), std::move(name), limits, contents);
}

} // namespace

bool take_pdf(ByteView file, const std::string& name, const PackageLimits& limits, Contents& contents)
{
    const auto text = as_text(file);
    const bool is_locked = text.find("/Encrypt"sv) != npos;
    bool has_streams = false;
    for (auto at = text.find("stream"sv); at != npos; at = text.find("stream"sv, at + 1)) {
        if (at >= 3 && text.substr(at - 3, 3) == "end") continue;
        has_streams = true;
        if (is_locked) break;
        if (contents.entries > limits.max_entries || contents.unpacked_bytes > limits.max_unpacked_bytes) {
            contents.is_whole = false;
            break;
        }
        const PdfDictionary dictionary(dictionary_before(text, at));
        const auto data = data_of(file, at + 6, dictionary);
        take_stream(data, dictionary, within(name, object_name(text, at)), limits, contents);
        if (contents.has_more) break;
        at += data.size(); // what stands inside a stream is none
    }
    if (is_locked) ++contents.locked;
    return has_streams;
}

} // namespace stillwatch::packages
