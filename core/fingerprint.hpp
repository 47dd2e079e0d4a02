#pragma once

#include "core/digest.hpp"
#include "core/list_digests.hpp"
#include "core/local_features.hpp"
#include "core/sign_grid.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch {

// A PDQ-compatible 256-bit perceptual hash. words[0] holds bits 0..63 of PDQ's own numbering; hex() prints
// the most significant word first, as PDQ's tools do.
struct Fingerprint {
    std::array<std::uint64_t, 4> words{};

    static std::optional<Fingerprint> from_hex(std::string_view hex); // 64 digits
    std::string hex() const;

    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};
static_assert(sizeof(Fingerprint) == 32, "fingerprints are stored and compared as 32 bytes");

// Bits in which two fingerprints differ, 0..256.
inline int hamming(const Fingerprint& a, const Fingerprint& b) noexcept
{
    int bits = 0;
    for (std::size_t i = 0; i < 4; ++i)
        bits += std::popcount(a.words[i] ^ b.words[i]);
    return bits;
}

// The fingerprint of the inverted picture (255 - level): every bit turned.
inline Fingerprint inverted(const Fingerprint& fingerprint) noexcept
{
    Fingerprint result;
    for (std::size_t i = 0; i < 4; ++i)
        result.words[i] = ~fingerprint.words[i];
    return result;
}

// How the picture was turned before hashing, in the order in which PDQ's tools print their eight hashes. PDQ
// turns anti-clockwise; flip_x is upside down, flip_y left to right, flip_plus_1 exchanges rows and columns.
enum class Orientation : std::uint8_t {
    original,
    rotate_90,
    rotate_180,
    rotate_270,
    flip_x,
    flip_y,
    flip_plus_1,
    flip_minus_1
};
constexpr std::size_t orientation_count = 8;
std::string_view name_of(Orientation orientation) noexcept;

// The eight fingerprints of a frame by Orientation. quality 0..100 as PDQ measures it (gradient sum); below
// 50 PDQ's own tools take no match for sure.
struct Frame {
    std::array<Fingerprint, orientation_count> fingerprints{};
    int quality_percent = 0;
    int number = 0;       // of the frame in PictureFeatures::local
    bool trimmed = false; // of what a uniform or blurred border leaves

    friend bool operator==(const Frame&, const Frame&) = default;
};

enum class PictureFormat : std::uint8_t {
    jpeg,
    png,
    webp,
    gif,
    bmp,
    tiff,
    avif,
    heif,
    jxl,
    jpeg2000,
    ico,
    ppm
};
std::string_view name_of(PictureFormat format) noexcept;

// How much of a picture to tell.
enum class Detail : std::uint8_t {
    coarse,   // digests and fingerprints that are a few bits off: what a large or progressive JPEG gives
              // soonest
    hashes,   // digests and fingerprints
    query,    // and local features, as many as finding needs
    reference // for a reference: fingerprints of the truly turned picture, fewer and surer features, the
              // sign grid
};

// Whether Detail::coarse tells of a picture of that format all that Detail::hashes tells: only JPEG files
// have a version that costs less.
constexpr bool is_never_coarse(PictureFormat format) noexcept
{
    return format != PictureFormat::jpeg;
}

// A rectangle of a picture, in its pixels as it is shown.
struct Part {
    int x_px = 0;
    int y_px = 0;
    int width_px = 0;
    int height_px = 0;

    friend bool operator==(const Part&, const Part&) = default;
};

// What a worker tells of a picture. Sizes are those after EXIF orientation was applied. file_digest is the
// SHA-256 of the whole file (after content decoding), data_digest that of the file without its metadata
// segments (equal for files that differ in EXIF, comments or profiles only). Still pictures have one frame,
// or two where they show another thing on black than on white; animations, pages and several pictures in one
// file up to max_frames; a frame whose border can be trimmed has a second fingerprint. Where a found
// picture seems to be put together of several (features/layout.hpp), its parts are further frames.
struct PictureFeatures {
    static constexpr std::size_t max_frames = 12;
    static constexpr std::size_t max_fingerprints = 2 * max_frames;
    static constexpr std::size_t max_parts = 48;

    PictureFormat format = PictureFormat::jpeg;
    int width_px = 0;
    int height_px = 0;
    Sha256 file_digest;
    Sha256 data_digest;
    std::vector<Frame> frames;        // 1..max_fingerprints, and one a part
    std::vector<LocalFeatures> local; // 1..max_frames, one a frame, and one a part behind them; without
                                      // features below Detail::query
    std::vector<Part> parts;          // up to max_parts, for Detail::query only
    bool is_in_part = false;          // a bound left out some of what it shows; not told of a reference
    std::vector<ReferenceSignGrid> sign_grid;  // one a frame for Detail::reference, else none
    std::optional<ListDigests> list_digests{}; // of the whole file, where they were asked for; in no record

    // Of a working frame by its number; nothing: it shows the whole picture.
    const Part* part_of(std::size_t frame) const noexcept
    {
        const auto whole = local.size() - parts.size();
        return frame < whole ? nullptr : &parts[frame - whole];
    }

    friend bool operator==(const PictureFeatures&, const PictureFeatures&) = default;
};

// Version of everything that turns bytes into PictureFeatures. Raise it when equal bytes may give other
// features: older references are then refused until enrolled again.
constexpr int extractor_version = 2;

// Version of what is seen in found bytes: raise it with extractor_version, and where more of equal bytes is
// looked at (a further format, further frames), which leaves references as they are. Older verdicts become
// stale.
constexpr int verdict_version = 3;

} // namespace stillwatch
