#include "features/working_frame.hpp"

#include "features/grey.hpp"
#include "features/reduce_by_area.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace stillwatch::features {

namespace {

// Sides of squares of the same area: 640 x 480 for what is searched, 512 x 384 for references; smaller
// pictures than 400 x 300 are enlarged, up to four times, because points near a border have no surroundings.
constexpr double query_side_px = 554;
constexpr double reference_side_px = 443;
constexpr double smallest_side_px = 346;
constexpr double part_side_px = 346;
constexpr double most_enlarged = 4;
constexpr double whole_level = 1.0 / 256.0;

double largest_side_px(Detail detail)
{
    return detail == Detail::reference ? reference_side_px : query_side_px;
}

double scale_of(const pictures::Luma& frame, double largest)
{
    const double side = std::sqrt(static_cast<double>(frame.width_px) * frame.height_px);
    double scale = 1;
    if (side > largest) scale = largest / side;
    if (side < smallest_side_px) scale = std::min(most_enlarged, smallest_side_px / side);
    const int longest = std::max(frame.width_px, frame.height_px);
    return std::min(scale, static_cast<double>(LocalFeatures::max_side_px) / longest);
}

FrameSize working_size(const pictures::Luma& frame, double scale)
{
    const auto scaled = [&](int side) {
        return std::clamp(static_cast<int>(std::lround(side * scale)), 1, LocalFeatures::max_side_px);
    };
    return {scaled(frame.width_px), scaled(frame.height_px)};
}

DecodedFrames::Grey working_frame_at(const pictures::Luma& frame, double scale)
{
    const auto size = working_size(frame, scale);
    DecodedFrames::Grey grey{size.width_px, size.height_px, {}};
    grey.levels.resize(static_cast<std::size_t>(grey.width_px) * static_cast<std::size_t>(grey.height_px));
    cv::Mat target(grey.height_px, grey.width_px, CV_8U, grey.levels.data());
    // OpenCV has no view of constant memory; it only reads here.
    const cv::Mat source(frame.height_px, frame.width_px, CV_16U,
                         const_cast<std::uint16_t*>(frame.levels.data()));
    if (source.size() == target.size()) {
        source.convertTo(target, CV_8U, whole_level);
        return grey;
    }
    cv::Mat resized(target.size(), CV_16U);
    if (scale < 1)
        reduce_by_area(frame.levels.data(), frame.width_px, frame.height_px, resized.ptr<std::uint16_t>(),
                       grey.width_px, grey.height_px);
    else
        cv::resize(source, resized, target.size(), 0, 0, cv::INTER_CUBIC);
    resized.convertTo(target, CV_8U, whole_level);
    return grey;
}

} // namespace

FrameSize working_size(const pictures::Luma& frame, Detail detail)
{
    return working_size(frame, scale_of(frame, largest_side_px(detail)));
}

DecodedFrames::Grey working_frame(const pictures::Luma& frame, Detail detail)
{
    return working_frame_at(frame, scale_of(frame, largest_side_px(detail)));
}

DecodedFrames::Grey working_frame_of_part(const pictures::Luma& part)
{
    return working_frame_at(part, scale_of(part, part_side_px));
}

} // namespace stillwatch::features
