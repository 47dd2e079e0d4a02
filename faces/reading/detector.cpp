#include "faces/reading/detector.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace stillwatch::faces {

namespace {

// Below it OpenCV 4.6 throws: a layer of the network would have no pixels left.
constexpr int least_side_px = 96;

// What the network was trained with (libfacedetection.train, tasks/task1; OpenCV 4.6, face_detect.cpp).
struct Scale {
    int step_px;
    std::array<int, 3> sides_px; // of the boxes it begins with; 0: none
};
constexpr std::array<Scale, 4> scales{
    {{8, {10, 16, 24}}, {16, {32, 48, 0}}, {32, {64, 96, 0}}, {64, {128, 192, 256}}}};
constexpr double of_places = 0.1; // variances
constexpr double of_sizes = 0.2;

// 1 x 3 x height x width, blue first, 0..255; all three planes of a grey picture are the same.
cv::Mat input_of(const cv::Mat& picture)
{
    if (picture.channels() != 1) return cv::dnn::blobFromImage(picture);
    const std::array<int, 4> shape{1, 3, picture.rows, picture.cols};
    cv::Mat input(static_cast<int>(shape.size()), shape.data(), CV_32F);
    for (int channel = 0; channel < shape[1]; ++channel) {
        cv::Mat plane(picture.rows, picture.cols, CV_32F, input.ptr<float>(0, channel));
        picture.convertTo(plane, CV_32F);
    }
    return input;
}

double overlap(const cv::Rect2d& a, const cv::Rect2d& b)
{
    const double shared = (a & b).area();
    const double all = a.area() + b.area() - shared;
    return all > 0 ? shared / all : 0;
}

} // namespace

bool Detection::is_upright() const noexcept
{
    const double eyes = (points[0].y + points[1].y) / 2;
    const double mouth = (points[3].y + points[4].y) / 2;
    return eyes < points[2].y && points[2].y < mouth && points[0].x < points[1].x &&
           points[3].x < points[4].x;
}

void keep_surest(std::vector<Detection>& detections, double most_overlap)
{
    std::ranges::stable_sort(detections, std::ranges::greater{}, &Detection::score);
    std::vector<Detection> kept;
    for (const auto& one : detections)
        if (std::ranges::none_of(
                kept, [&](const auto& other) { return overlap(one.box, other.box) > most_overlap; }))
            kept.push_back(one);
    detections = std::move(kept);
}

Result<cv::dnn::Net> read_network(ByteView model)
{
    try {
        auto net = cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(model.data()), model.size());
        net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        return net;
    } catch (const cv::Exception& error) {
        return Error{Errc::malformed, "no network that can be read: " + error.err};
    }
}

Result<Detector> Detector::load(ByteView model, const DetectorProfile& profile)
{
    auto net = read_network(model);
    if (!net) return net.error();
    return Detector(*std::move(net), profile);
}

Result<std::vector<Detection>> Detector::faces_in(const cv::Mat& picture)
{
    cv::Mat padded = picture;
    if (picture.cols < least_side_px || picture.rows < least_side_px)
        cv::copyMakeBorder(picture, padded, 0, std::max(0, least_side_px - picture.rows), 0,
                           std::max(0, least_side_px - picture.cols), cv::BORDER_CONSTANT);
    try {
        net_.setInput(input_of(padded));
        std::vector<cv::Mat> outputs;
        net_.forward(outputs, std::vector<cv::String>{"loc", "conf", "iou"});
        return decoded(outputs[0], outputs[1], outputs[2], padded.size());
    } catch (const cv::Exception& error) {
        return Error{Errc::undecodable, "the detector failed: " + error.err};
    }
}

std::vector<Detection> Detector::decoded(const cv::Mat& loc, const cv::Mat& conf, const cv::Mat& iou,
                                         cv::Size size) const
{
    std::vector<Detection> found;
    const auto* places = loc.ptr<float>();
    const auto* sure = conf.ptr<float>();
    const auto* overlaps = iou.ptr<float>();
    const std::size_t count = iou.total();
    // The network halves its input step by step, rounding down but the first time.
    cv::Size cells{(size.width + 1) / 2 / 2, (size.height + 1) / 2 / 2};
    std::size_t n = 0;
    for (const auto& scale : scales) {
        cells = {cells.width / 2, cells.height / 2};
        for (int y = 0; y < cells.height; ++y)
            for (int x = 0; x < cells.width; ++x)
                for (const int side : scale.sides_px) {
                    if (side == 0) continue;
                    if (n >= count) return {}; // not the network it says it is
                    const double score =
                        std::sqrt(std::max(0.0F, sure[2 * n + 1]) * std::clamp(overlaps[n], 0.0F, 1.0F));
                    const auto* at = places + 14 * n++;
                    if (!(score >= profile_.least_score)) continue;
                    const double centre_x = (x + 0.5) * scale.step_px;
                    const double centre_y = (y + 0.5) * scale.step_px;
                    Detection one;
                    one.score = score;
                    const double width = side * std::exp(static_cast<double>(at[2]) * of_places);
                    const double height = side * std::exp(static_cast<double>(at[3]) * of_sizes);
                    one.box = {centre_x + at[0] * of_places * side - width / 2,
                               centre_y + at[1] * of_places * side - height / 2, width, height};
                    for (std::size_t p = 0; p < one.points.size(); ++p)
                        one.points[p] = {centre_x + at[4 + 2 * p] * of_places * side,
                                         centre_y + at[5 + 2 * p] * of_places * side};
                    if (!std::isfinite(width) || !std::isfinite(height)) continue;
                    found.push_back(one);
                }
    }
    keep_surest(found, profile_.most_overlap);
    return found;
}

} // namespace stillwatch::faces
