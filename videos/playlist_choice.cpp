#include "videos/playlist_choice.hpp"

#include <cstdlib>
#include <limits>
#include <tuple>

namespace stillwatch::videos {

const Variant* choose_variant(const Playlist& playlist, VideoPass pass) noexcept
{
    const auto rank = [pass](const Variant& variant) {
        const bool is_second = pass == VideoPass::glance && !variant.has_key_frames_only;
        const int distance = variant.height_px == 0 ? std::numeric_limits<int>::max()
                                                    : std::abs(variant.height_px - wanted_height_px);
        return std::tuple(is_second, distance, variant.bits_per_second);
    };
    const Variant* best = nullptr;
    for (const auto& variant : playlist.variants) {
        if (variant.is_protected || (pass == VideoPass::look && variant.has_key_frames_only)) continue;
        if (!best || rank(variant) < rank(*best)) best = &variant;
    }
    return best;
}

std::vector<std::size_t> spread_segments(const Variant& variant, std::size_t most)
{
    const auto& segments = variant.segments;
    std::vector<std::size_t> chosen;
    if (segments.size() <= most) {
        for (std::size_t i = 0; i < segments.size(); ++i)
            chosen.push_back(i);
        return chosen;
    }
    double total = 0;
    bool is_told = true;
    for (const auto& segment : segments) {
        total += segment.seconds;
        is_told = is_told && segment.seconds > 0;
    }
    const auto length_of = [&](std::size_t i) { return is_told ? segments[i].seconds : 1.0; };
    if (!is_told) total = static_cast<double>(segments.size());
    double end = 0; // of segment `at`
    std::size_t at = 0;
    end = length_of(0);
    for (std::size_t part = 0; part < most; ++part) {
        const double middle = (static_cast<double>(part) + 0.5) * total / static_cast<double>(most);
        while (end <= middle && at + 1 < segments.size())
            end += length_of(++at);
        if (chosen.empty() || chosen.back() != at) chosen.push_back(at);
    }
    return chosen;
}

} // namespace stillwatch::videos
