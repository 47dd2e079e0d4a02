#include "bench/face_swaps.hpp"

#include "pictures/decode.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstring>

namespace stillwatch::faces::bench {

namespace {

cv::Mat grey_of(const pictures::Picture& picture)
{
    const auto& luma = picture.frames.front();
    const cv::Mat source(luma.height_px, luma.width_px, CV_16U,
                         const_cast<std::uint16_t*>(luma.levels.data()));
    cv::Mat grey;
    source.convertTo(grey, CV_32F, 1.0 / 256);
    return grey;
}

pictures::Picture picture_of(const cv::Mat& grey)
{
    pictures::Picture picture;
    picture.width_px = grey.cols;
    picture.height_px = grey.rows;
    pictures::Luma luma(grey.cols, grey.rows);
    for (int y = 0; y < grey.rows; ++y)
        for (int x = 0; x < grey.cols; ++x)
            luma.row(y)[x] = static_cast<std::uint16_t>(std::clamp(grey.at<float>(y, x), 0.0F, 255.0F) * 256);
    picture.frames.push_back(std::move(luma));
    return picture;
}

// Poisson: inside of the mask the gradients of `source`, at its border the levels of `host`; by relaxation.
cv::Mat cloned(const cv::Mat& source, const cv::Mat& host, const cv::Mat& mask)
{
    auto result = host.clone();
    constexpr int rounds = 600;
    constexpr float over = 1.8F;
    for (int round = 0; round < rounds; ++round)
        for (int y = 1; y + 1 < host.rows; ++y)
            for (int x = 1; x + 1 < host.cols; ++x) {
                if (mask.at<float>(y, x) < 0.5F) continue;
                float sum = 0;
                for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}})
                    sum += result.at<float>(y + dy, x + dx) + source.at<float>(y, x) -
                           source.at<float>(y + dy, x + dx);
                auto& level = result.at<float>(y, x);
                level += over * (sum / 4 - level);
            }
    return result;
}

pictures::Picture damaged(const cv::Mat& grey, double scale)
{
    cv::Mat small;
    cv::resize(grey, small, {}, scale, scale, cv::INTER_AREA);
    pictures::test::Drawing drawing(small.cols, small.rows);
    for (int y = 0; y < small.rows; ++y)
        for (int x = 0; x < small.cols; ++x)
            std::fill_n(drawing.at(x, y), 3,
                        static_cast<std::uint8_t>(std::clamp(small.at<float>(y, x), 0.0F, 255.0F)));
    constexpr int quality_percent = 50;
    const auto file = pictures::test::encode_jpeg(drawing, pictures::test::JpegKind::grey, quality_percent);
    return pictures::decode_file(file, {}).value();
}

} // namespace

pictures::Picture swapped(const pictures::Picture& source, const std::array<double, 4>& source_box,
                          const pictures::Picture& host, const std::array<double, 4>& host_box, Swap swap,
                          Damage damage)
{
    const auto from = grey_of(source);
    const auto to = grey_of(host);
    const double scale = host_box[2] / source_box[2];
    const cv::Point2d from_middle(source_box[0] + source_box[2] / 2, source_box[1] + source_box[3] / 2);
    const cv::Point2d to_middle(host_box[0] + host_box[2] / 2, host_box[1] + host_box[3] / 2);
    const cv::Matx23d move(scale, 0, to_middle.x - scale * from_middle.x, 0, scale,
                           to_middle.y - scale * from_middle.y);
    cv::Mat moved;
    cv::warpAffine(from, moved, move, to.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    // Half axes of the ellipse against the box: a head is half as wide again as its face.
    const double grow = swap == Swap::whole_head ? 0.80 : 0.50;
    const double up = swap == Swap::whole_head ? -0.08 : 0.0;
    cv::Mat mask = cv::Mat::zeros(to.size(), CV_32F);
    cv::ellipse(mask,
                cv::RotatedRect(cv::Point2f(static_cast<float>(to_middle.x),
                                            static_cast<float>(to_middle.y + up * host_box[3])),
                                cv::Size2f(static_cast<float>(2 * grow * host_box[2]),
                                           static_cast<float>(2 * grow * host_box[3])),
                                0),
                cv::Scalar(1), cv::FILLED);
    const double reduced = damage == Damage::half_and_jpeg_50 ? 0.5 : std::min(1.0, 45 / host_box[2]);
    if (swap == Swap::full_face_cloned) {
        const auto result = cloned(moved, to, mask);
        return damage == Damage::none ? picture_of(result) : damaged(result, reduced);
    }
    const double soft = host_box[2] * (swap == Swap::whole_head ? 0.02 : 0.06);
    cv::GaussianBlur(mask, mask, {}, std::max(0.6, soft));
    cv::Mat result = to + mask.mul(moved - to);
    return damage == Damage::none ? picture_of(result) : damaged(result, reduced);
}

pictures::Picture quarter_turned(const pictures::Picture& picture)
{
    cv::Mat turned;
    cv::rotate(grey_of(picture), turned, cv::ROTATE_90_CLOCKWISE);
    return picture_of(turned);
}

pictures::Picture on_canvas(const pictures::Picture& picture, int width_px, int height_px)
{
    const auto grey = grey_of(picture);
    cv::Mat canvas(height_px, width_px, CV_32F, cv::Scalar(127));
    grey.copyTo(
        canvas(cv::Rect((width_px - grey.cols) / 2, (height_px - grey.rows) / 2, grey.cols, grey.rows)));
    return picture_of(canvas);
}

cv::Mat as_colour(const pictures::Picture& picture)
{
    cv::Mat grey;
    grey_of(picture).convertTo(grey, CV_8U);
    cv::Mat colour;
    cv::cvtColor(grey, colour, cv::COLOR_GRAY2BGR);
    return colour;
}

} // namespace stillwatch::faces::bench
