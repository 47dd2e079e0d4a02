#include "packages/decode_package.hpp"

#include "pictures/decode.hpp"
#include "pictures/frame_chooser.hpp"

#include <algorithm>
#include <optional>

namespace stillwatch::packages {

namespace {

// A large JPEG is decoded at a fraction, which costs less than its size says.
std::size_t cost_of(const pictures::Picture& picture)
{
    constexpr std::size_t full_pixels_for_one = 4;
    const auto full =
        static_cast<std::size_t>(picture.width_px) * static_cast<std::size_t>(picture.height_px);
    std::size_t decoded = 0;
    for (const auto& frame : picture.frames)
        decoded += frame.levels.size();
    return std::max(decoded, full / full_pixels_for_one);
}

} // namespace

Result<pictures::Picture> decode_package(ByteView file, const pictures::PictureLimits& limits)
{
    auto contents = unpack(file);
    if (!contents) return contents.error();
    pictures::FrameChooser chooser(limits.max_working_bytes / 4);
    pictures::FrameBudget budget;
    pictures::Picture shown;
    std::optional<Error> failed;
    for (const auto& inside : contents->pictures) {
        auto picture = pictures::decode_file(inside, limits);
        if (!picture) {
            if (!failed) failed = picture.error();
            continue;
        }
        if (!budget.allows(cost_of(*picture))) break;
        if (chooser.is_empty()) {
            shown.format = picture->format;
            shown.width_px = picture->width_px;
            shown.height_px = picture->height_px;
        }
        for (auto& frame : picture->frames)
            chooser.offer(std::move(frame));
    }
    if (chooser.is_empty())
        return failed.value_or(Error{Errc::undecodable, "a package without pictures that are read"});
    shown.is_in_part =
        !contents->is_whole || contents->has_more || budget.is_spent() || chooser.has_left_out();
    shown.frames = std::move(chooser).take();
    return shown;
}

} // namespace stillwatch::packages
