#include "core/binary.hpp"
#include "pictures/containers.hpp"
#include "pictures/decode.hpp"
#include "pictures/exif.hpp"
#include "pictures/frame_chooser.hpp"
#include "pictures/orient.hpp"

#include <algorithm>

// Several JPEG files one behind the other: MPO (CIPA DC-007), series of telephones, and files that somebody
// put together.
namespace stillwatch::pictures {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t most_files = 16;

// What follows the end of a JPEG file; empty where it does not end.
ByteView after(ByteView file)
{
    JpegSegments segments(file);
    while (segments.next()) {
    }
    return segments.ended() ? segments.rest() : ByteView();
}

ByteView next_jpeg(ByteView rest)
{
    const auto at = as_text(rest).find("\xFF\xD8\xFF"sv);
    return at == std::string_view::npos ? ByteView() : rest.subspan(at);
}

} // namespace

Result<Picture> decode_jpegs(ByteView file, const PictureLimits& limits, Fidelity fidelity, Turning turning)
{
    const auto decode = [&](ByteView one) {
        auto picture = decode_jpeg(one, limits, fidelity);
        if (picture && turning == Turning::upright)
            turn_upright(*picture, file_orientation(one, PictureFormat::jpeg));
        return picture;
    };
    auto rest = next_jpeg(after(file));
    if (!rest.empty()) fidelity = Fidelity::full; // frames of their own sizes cannot be told coarsely
    auto picture = decode(file);
    if (!picture || rest.empty()) return picture;
    FrameChooser chooser(limits.max_working_bytes / 4);
    FrameBudget budget;
    chooser.offer(std::move(picture->frames.front()));
    for (std::size_t count = 1; count < most_files && !rest.empty(); ++count) {
        auto further = decode(rest);
        if (further) {
            if (!budget.allows(further->frames.front().levels.size())) break;
            chooser.offer(std::move(further->frames.front()));
        }
        const auto behind = after(rest);
        rest = next_jpeg(behind.empty() ? rest.subspan(3) : behind);
    }
    picture->is_in_part = budget.is_spent() || chooser.has_left_out();
    picture->frames = std::move(chooser).take();
    return picture;
}

} // namespace stillwatch::pictures
