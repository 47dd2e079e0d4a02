#include "faces/reading/embedder.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stillwatch::faces {

namespace {

// From the picture to the template: x' = ax - by + tx, y' = bx + ay + ty.
struct Similarity {
    double a = 0;
    double b = 0;
    double tx = 0;
    double ty = 0;
};

Similarity least_squares(const std::array<cv::Point2d, 5>& from,
                         const std::array<std::array<double, 2>, 5>& to)
{
    cv::Point2d mean_from;
    cv::Point2d mean_to;
    for (std::size_t i = 0; i < from.size(); ++i) {
        mean_from += from[i] / 5.0;
        mean_to += cv::Point2d(to[i][0], to[i][1]) / 5.0;
    }
    double along = 0;
    double across = 0;
    double spread = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto p = from[i] - mean_from;
        const auto q = cv::Point2d(to[i][0], to[i][1]) - mean_to;
        along += p.x * q.x + p.y * q.y;
        across += p.x * q.y - p.y * q.x;
        spread += p.x * p.x + p.y * p.y;
    }
    if (!(spread > 0)) return {};
    Similarity fit{along / spread, across / spread};
    fit.tx = mean_to.x - fit.a * mean_from.x + fit.b * mean_from.y;
    fit.ty = mean_to.y - fit.b * mean_from.x - fit.a * mean_from.y;
    return fit;
}

double norm_of(const std::vector<float>& numbers)
{
    return std::sqrt(std::inner_product(numbers.begin(), numbers.end(), numbers.begin(), 0.0));
}

bool make_unit(std::vector<float>& numbers)
{
    const double norm = norm_of(numbers);
    if (!std::isfinite(norm) || !(norm > 1e-6)) return false;
    for (auto& number : numbers)
        number = static_cast<float>(number / norm);
    return true;
}

} // namespace

cv::Mat aligned(const cv::Mat& picture, const Detection& face, const EmbedderProfile& profile)
{
    auto fit = least_squares(face.points, profile.points);
    const double scale = std::hypot(fit.a, fit.b);
    // A face much larger than the template would be sampled with gaps: its surroundings are made smaller
    // first.
    constexpr double most_reduced = 0.5;
    cv::Mat source = picture;
    if (scale > 0 && scale < most_reduced) {
        const double margin = std::max(face.box.width, face.box.height);
        const cv::Rect2d wanted(face.box.x - margin, face.box.y - margin, face.box.width + 2 * margin,
                                face.box.height + 2 * margin);
        const auto part = cv::Rect(wanted) & cv::Rect(0, 0, picture.cols, picture.rows);
        if (part.width > 1 && part.height > 1) {
            cv::resize(picture(part), source, {}, scale, scale, cv::INTER_AREA);
            const double sx = static_cast<double>(source.cols) / part.width;
            const double sy = static_cast<double>(source.rows) / part.height;
            auto points = face.points;
            for (auto& point : points)
                point = {(point.x - part.x) * sx, (point.y - part.y) * sy};
            fit = least_squares(points, profile.points);
        }
    }
    const cv::Matx23d matrix(fit.a, -fit.b, fit.tx, fit.b, fit.a, fit.ty);
    cv::Mat result;
    cv::warpAffine(source, result, matrix, {profile.side_px, profile.side_px}, cv::INTER_LINEAR);
    if (result.channels() == 1) cv::cvtColor(result, result, cv::COLOR_GRAY2BGR);
    return result;
}

Result<Embedder> Embedder::load(ByteView model, const EmbedderProfile& profile, bool averages_mirrored)
{
    auto net = read_network(model);
    if (!net) return net.error();
    Embedder embedder(*std::move(net), profile, averages_mirrored);
    try {
        const cv::Mat grey(profile.side_px, profile.side_px, CV_8UC3, cv::Scalar(90, 110, 130));
        const auto numbers = embedder.numbers_of(grey);
        if (std::cmp_not_equal(numbers.size(), profile.dimension))
            return Error{Errc::malformed, profile.model.file + ": gives " + std::to_string(numbers.size()) +
                                              " numbers a face, the profile says " +
                                              std::to_string(profile.dimension)};
    } catch (const cv::Exception& error) {
        return Error{Errc::malformed, profile.model.file + ": " + error.err};
    }
    return embedder;
}

std::vector<float> Embedder::numbers_of(const cv::Mat& face)
{
    const cv::Scalar mean(profile_.mean[0], profile_.mean[1], profile_.mean[2]);
    net_.setInput(cv::dnn::blobFromImage(face, profile_.scale, face.size(), mean, profile_.is_rgb));
    const cv::Mat output = net_.forward();
    return {output.ptr<float>(), output.ptr<float>() + output.total()};
}

Result<Embedder::Embedded> Embedder::embed(const cv::Mat& picture, const Detection& face)
{
    try {
        const auto crop = aligned(picture, face, profile_);
        Embedded embedded{numbers_of(crop)};
        embedded.norm = norm_of(embedded.numbers);
        if (!make_unit(embedded.numbers)) return Error{Errc::undecodable, "no embedding"};
        if (!averages_mirrored_) return embedded;
        cv::Mat mirrored;
        cv::flip(crop, mirrored, 1);
        auto other = numbers_of(mirrored);
        if (!make_unit(other)) return embedded;
        std::ranges::transform(embedded.numbers, other, embedded.numbers.begin(), std::plus<>{});
        if (!make_unit(embedded.numbers)) return Error{Errc::undecodable, "no embedding"};
        return embedded;
    } catch (const cv::Exception& error) {
        return Error{Errc::undecodable, "the embedder failed: " + error.err};
    }
}

} // namespace stillwatch::faces
