#pragma once

#include "core/playlist.hpp"
#include "core/url.hpp"
#include "videos/playlists/playlist_writer.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// The segments of one representation of a DASH presentation, as its elements tell them (ISO/IEC 23009-1,
// section 5.3.9).
namespace stillwatch::videos {

// <S t d r>: segments of the same duration, one after the other.
struct TimelineEntry {
    std::optional<std::uint64_t> time{}; // of the first; without one where the last one ended
    std::uint64_t duration = 0;
    std::int64_t repeats = 0; // more of them; below 0: up to the next entry or the end of the period
};

// One <SegmentURL>.
struct ListedSegment {
    std::string reference{};
    std::optional<FileRange> range{};
};

// What SegmentBase, SegmentList and SegmentTemplate say, inherited from the elements around.
struct SegmentInfo {
    bool is_template = false;
    bool is_list = false;
    std::string initialization{}; // a template, or an address
    std::optional<FileRange> initialization_range{};
    std::string media{};
    std::uint64_t timescale = 1;
    std::uint64_t duration = 0;
    std::uint64_t start_number = 1;
    std::optional<FileRange> index{};
    // Shared: a thousand representations may inherit one.
    std::shared_ptr<std::vector<TimelineEntry>> timeline{};
    std::shared_ptr<std::vector<ListedSegment>> list{};
};

struct Representation {
    std::string id{};
    std::uint64_t bits_per_second = 0;
    double period_seconds = 0; // 0: nobody told
    const Url& base;
};

// "$RepresentationID$", "$Number%05d$", "$Time$", "$Bandwidth$", "$$" put in; nothing where another name or
// format stands there.
std::optional<std::string> filled_in(std::string_view pattern, const Representation& representation,
                                     std::uint64_t number, std::uint64_t time);

// Adds them to the variant.
void add_segments(const SegmentInfo& info, const Representation& representation, Variant& variant,
                  PlaylistWriter& writer);

} // namespace stillwatch::videos
