#include "core/fingerprint.hpp"

#include <fmt/format.h>

#include <charconv>

namespace stillwatch {

std::optional<Fingerprint> Fingerprint::from_hex(std::string_view hex)
{
    if (hex.size() != 64) return std::nullopt;
    Fingerprint fingerprint;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto part = hex.substr(16 * (3 - i), 16);
        const auto* end = part.data() + part.size();
        const auto read = std::from_chars(part.data(), end, fingerprint.words[i], 16);
        if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    }
    return fingerprint;
}

std::string Fingerprint::hex() const
{
    return fmt::format("{:016x}{:016x}{:016x}{:016x}", words[3], words[2], words[1], words[0]);
}

std::string_view name_of(Orientation orientation) noexcept
{
    static constexpr std::array<std::string_view, orientation_count> names{
        "original", "rotate_90", "rotate_180",  "rotate_270",
        "flip_x",   "flip_y",    "flip_plus_1", "flip_minus_1"};
    const auto index = static_cast<std::size_t>(orientation);
    return index < names.size() ? names[index] : "unknown";
}

std::string_view name_of(PictureFormat format) noexcept
{
    static constexpr std::array<std::string_view, 12> names{"jpeg", "png",  "webp", "gif",      "bmp", "tiff",
                                                            "avif", "heif", "jxl",  "jpeg2000", "ico", "ppm"};
    const auto index = static_cast<std::size_t>(format);
    return index < names.size() ? names[index] : "unknown";
}

} // namespace stillwatch
