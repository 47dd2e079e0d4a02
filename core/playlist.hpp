#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What a playlist says of a video: HLS (RFC 8216 and its successor draft) or DASH (ISO/IEC 23009-1).
namespace stillwatch {

struct FileRange {
    std::uint64_t offset = 0;
    std::uint64_t length = 0; // never 0

    friend bool operator==(const FileRange&, const FileRange&) = default;
};

// What a decoder needs before any segment; joined in front of it.
struct InitSegment {
    std::string url;
    std::optional<FileRange> range{};

    friend bool operator==(const InitSegment&, const InitSegment&) = default;
};

// METHOD=AES-128: whole segments are encrypted with AES-128 in CBC mode, padded as PKCS #7 says. The key is
// 16 bytes that stand at `url`.
struct SegmentKey {
    std::string url;
    std::optional<std::array<std::byte, 16>> iv{}; // without one the sequence number of the segment is it

    friend bool operator==(const SegmentKey&, const SegmentKey&) = default;
};

struct Segment {
    static constexpr std::uint32_t none = 0xffff'ffff;

    std::string url;
    std::optional<FileRange> range{};
    double seconds = 0;            // that it lasts, as told; 0: nobody told
    std::uint64_t sequence = 0;    // media sequence number
    std::uint32_t init = none;     // which of its variant's
    std::uint32_t key = none;      // likewise
    bool is_discontinuous = false; // times and coding begin anew here

    friend bool operator==(const Segment&, const Segment&) = default;
};

// One quality of the video. Its segments stand here, or in a playlist of its own, or it is one file.
struct Variant {
    std::string playlist{};           // to be read first; empty: there is none
    std::string file{};               // all of it; empty: it comes in segments
    std::optional<FileRange> index{}; // of `file`: its sidx box
    int width_px = 0;                 // 0: nobody told
    int height_px = 0;
    std::uint64_t bits_per_second = 0;
    bool has_key_frames_only = false;
    bool is_protected = false; // by DRM or SAMPLE-AES: it is left alone, and no address of it is kept
    std::vector<InitSegment> inits{};
    std::vector<SegmentKey> keys{};
    std::vector<Segment> segments{};

    friend bool operator==(const Variant&, const Variant&) = default;
};

struct Playlist {
    static constexpr std::size_t max_variants = 64;
    static constexpr std::size_t max_segments = 20'000; // of all variants; three hours of two seconds each
    static constexpr std::size_t max_text_bytes = 8U << 20U; // of all addresses together

    bool is_live = false;   // it goes on: more comes later, and what it names now goes
    bool truncated = false; // a bound was reached, or an address in it is none
    std::vector<Variant> variants{};

    friend bool operator==(const Playlist&, const Playlist&) = default;
};

} // namespace stillwatch
