#include "pipeline/video_places.hpp"

#include "videos/matching/confirmation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace stillwatch::pipeline {

namespace {

constexpr double beside = 0.2;    // of the part's sides
constexpr int least_side_px = 48; // of a part

double area_of(videos::FrameSize size) noexcept
{
    return static_cast<double>(size.width_px) * size.height_px;
}

void add(std::vector<Place>& places, const Match& match, videos::FrameSize size)
{
    if (places.size() >= most_places) return;
    if (std::ranges::find(places, match.reference, &Place::reference) != places.end()) return;
    if (const auto box = box_of(match, size)) places.push_back({match.reference, *box});
}

} // namespace

std::optional<videos::ShownBox> box_of(const Match& match, videos::FrameSize size)
{
    if (!match.placement || area_of(size) <= 0) return std::nullopt;
    const auto& corners = match.placement->quadrilateral;
    if (!std::ranges::all_of(corners, [](double at) { return std::isfinite(at); })) return std::nullopt;
    double left = corners[0];
    double right = corners[0];
    double top = corners[1];
    double bottom = corners[1];
    for (std::size_t i = 0; i < corners.size(); i += 2) {
        left = std::min(left, corners[i]);
        right = std::max(right, corners[i]);
        top = std::min(top, corners[i + 1]);
        bottom = std::max(bottom, corners[i + 1]);
    }
    const double width = right - left;
    const double height = bottom - top;
    if (!(width > 0 && height > 0 && width * height <= largest_part * area_of(size))) return std::nullopt;
    left = std::clamp(std::floor(left - beside * width), 0.0, static_cast<double>(size.width_px));
    right = std::clamp(std::ceil(right + beside * width), 0.0, static_cast<double>(size.width_px));
    top = std::clamp(std::floor(top - beside * height), 0.0, static_cast<double>(size.height_px));
    bottom = std::clamp(std::ceil(bottom + beside * height), 0.0, static_cast<double>(size.height_px));
    const videos::ShownBox box{static_cast<int>(left), static_cast<int>(top), static_cast<int>(right - left),
                               static_cast<int>(bottom - top)};
    if (box.width_px < least_side_px || box.height_px < least_side_px) return std::nullopt;
    return box;
}

std::vector<Place> places_of(const videos::ComparedFrame& frame, videos::FrameSize size,
                             std::span<const videos::ComparedFrame> frames,
                             std::span<const videos::FrameSize> sizes)
{
    std::vector<Place> places;
    auto other = std::ranges::lower_bound(frames, frame.time_ms - videos::most_neighbour_ms, {},
                                          &videos::ComparedFrame::time_ms);
    for (; other != frames.end() && other->time_ms <= frame.time_ms + videos::most_neighbour_ms; ++other) {
        const auto at = static_cast<std::size_t>(other - frames.begin());
        if (at >= sizes.size() || sizes[at] != size) continue;
        for (const auto& match : other->matches)
            if (match.status == MatchStatus::match && !videos::accepts(frame, match.reference))
                add(places, match, size);
    }
    for (const auto& match : frame.matches)
        if (match.status == MatchStatus::candidate && match.relation == Relation::edited)
            add(places, match, size);
    return places;
}

Match as_of_frame(Match match, const videos::ShownBox& box, videos::FrameSize size)
{
    if (match.tier == Tier::near) match.tier = Tier::derived; // what is near a part is not near the whole
    if (!match.placement) return match;
    auto& placement = *match.placement;
    for (std::size_t i = 0; i < placement.quadrilateral.size(); i += 2) {
        placement.quadrilateral[i] += box.left;
        placement.quadrilateral[i + 1] += box.top;
    }
    placement.covered_share *= static_cast<double>(box.width_px) * box.height_px / area_of(size);
    return match;
}

} // namespace stillwatch::pipeline
