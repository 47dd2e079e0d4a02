#include "features/local_features.hpp"

#include "features/descriptor.hpp"
#include "features/grey.hpp"

#include <opencv2/features2d.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>

namespace stillwatch::features {

namespace {

constexpr int levels = 8;
constexpr double level_factor = 1.2;
constexpr int smallest_level_px = 40;
constexpr int border_px = 12;  // nearer to the border a point's surroundings are mostly invented
constexpr int padding_px = 26; // patch_reach_px and what blurring needs
constexpr double blur_sigma_px = 1.2;
constexpr int centroid_radius_px = 15;
constexpr int grid_side = 8;
constexpr double crowding = 1.5;             // most points of a grid cell, against an even spread
constexpr std::size_t ranked_per_wanted = 3; // corners that are ranked, for each one wanted
// What is looked up for the mirrored picture is the stronger half of each of 4 x 4 fields: of the whole level
// it would be the letters of a caption, the frame of a page and little of the photograph.
constexpr int field_side = 4;

// How much to look for, and from which contrast on corners count: the first threshold that gives a level
// `ample` times what is wanted of it. Low ones find points in dark and smooth pictures; in others they only
// cost time.
struct Effort {
    std::size_t wanted;
    std::size_t ample;
    std::array<int, 3> thresholds;
    // Of the scale: how the points are dealt out to the levels. What is found again is mostly smaller than
    // the original, so the picture's fine levels meet the reference's coarse ones.
    double level_power;
};
constexpr Effort query_effort{1'200, 1, {10, 4, 3}, -1.5};
constexpr Effort part_effort{450, 1, {10, 4, 3}, -1.5};
constexpr Effort reference_effort{600, 6, {8, 4, 2}, 0};

struct Corner {
    int x = 0; // in pixels of its level
    int y = 0;
    float strength = 0;
};

// Harris' corner measure over 7 x 7 pixels, k = 0.04 as usual.
float harris(const cv::Mat& level, int x, int y)
{
    constexpr int radius = 3;
    constexpr float k = 0.04F;
    const auto stride = static_cast<std::ptrdiff_t>(level.step);
    int xx = 0;
    int yy = 0;
    int xy = 0;
    for (int j = -radius; j <= radius; ++j) {
        const std::uint8_t* p = level.ptr(y + j) + x - radius;
        for (int i = -radius; i <= radius; ++i, ++p) {
            const int gx =
                (p[1] - p[-1]) * 2 + p[1 - stride] - p[-1 - stride] + p[1 + stride] - p[-1 + stride];
            const int gy =
                (p[stride] - p[-stride]) * 2 + p[stride - 1] - p[-stride - 1] + p[stride + 1] - p[1 - stride];
            xx += gx * gx;
            yy += gy * gy;
            xy += gx * gy;
        }
    }
    const auto a = static_cast<float>(xx);
    const auto b = static_cast<float>(yy);
    const auto c = static_cast<float>(xy);
    return a * b - c * c - k * (a + b) * (a + b);
}

// The `wanted` strongest corners of a level, no grid cell crowded while others could give some.
std::vector<Corner> corners_of(const cv::Mat& level, std::size_t wanted, const Effort& effort)
{
    constexpr int fast_radius = 3;
    const int inset = border_px - fast_radius;
    if (level.cols <= 2 * border_px || level.rows <= 2 * border_px) return {};
    std::vector<cv::KeyPoint> found;
    const auto inside = level(cv::Rect(inset, inset, level.cols - 2 * inset, level.rows - 2 * inset));
    for (const int threshold : effort.thresholds) {
        cv::FAST(inside, found, threshold, true);
        if (found.size() >= effort.ample * wanted) break;
    }
    const auto stronger_response = [](const cv::KeyPoint& a, const cv::KeyPoint& b) {
        return a.response > b.response;
    };
    const auto ranked = wanted * ranked_per_wanted;
    if (found.size() > ranked) {
        std::ranges::nth_element(found, found.begin() + static_cast<std::ptrdiff_t>(ranked),
                                 stronger_response);
        found.resize(ranked);
    }
    std::vector<Corner> corners;
    corners.reserve(found.size());
    for (const auto& point : found) {
        Corner corner{static_cast<int>(point.pt.x) + inset, static_cast<int>(point.pt.y) + inset, 0};
        corner.strength = harris(level, corner.x, corner.y);
        corners.push_back(corner);
    }
    // Places break ties, so that equal pictures give equal features.
    std::ranges::sort(corners, [](const Corner& a, const Corner& b) {
        if (a.strength != b.strength) return a.strength > b.strength;
        return a.y != b.y ? a.y < b.y : a.x < b.x;
    });
    if (corners.size() <= wanted) return corners;
    const auto most =
        static_cast<int>(std::ceil(static_cast<double>(wanted) * crowding / (grid_side * grid_side)));
    std::array<int, static_cast<std::size_t>(grid_side) * grid_side> taken{};
    std::vector<Corner> chosen;
    std::vector<Corner> rest;
    for (const auto& corner : corners) {
        const int cell = corner.y * grid_side / level.rows * grid_side + corner.x * grid_side / level.cols;
        auto& count = taken[static_cast<std::size_t>(cell)];
        if (chosen.size() < wanted && count < most) {
            ++count;
            chosen.push_back(corner);
        } else {
            rest.push_back(corner);
        }
    }
    for (std::size_t i = 0; i < rest.size() && chosen.size() < wanted; ++i)
        chosen.push_back(rest[i]);
    return chosen;
}

// The corners of a level, strongest first, in another order: the stronger half of every field comes first.
std::vector<Corner> dealt_out(const std::vector<Corner>& corners, const cv::Mat& level)
{
    constexpr auto fields = static_cast<std::size_t>(field_side) * field_side;
    const auto field_of = [&](const Corner& corner) {
        return static_cast<std::size_t>(corner.y * field_side / level.rows * field_side +
                                        corner.x * field_side / level.cols);
    };
    std::array<int, fields> held{};
    for (const auto& corner : corners)
        ++held[field_of(corner)];
    struct Ranked {
        double rank; // in its field: 0 the strongest, 1 the weakest
        std::size_t corner;
    };
    std::array<int, fields> passed{};
    std::vector<Ranked> ranked;
    ranked.reserve(corners.size());
    for (std::size_t c = 0; c < corners.size(); ++c) {
        const auto field = field_of(corners[c]);
        ranked.push_back({(passed[field]++ + 0.5) / held[field], c});
    }
    std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
        return a.rank != b.rank ? a.rank < b.rank : a.corner < b.corner;
    });
    std::vector<Corner> dealt;
    dealt.reserve(corners.size());
    for (const auto& one : ranked)
        dealt.push_back(corners[one.corner]);
    return dealt;
}

// From a point towards the centre of brightness of the disc around it, in radians.
float direction_of(const cv::Mat& level, int x, int y)
{
    static const auto half_widths = [] {
        std::array<int, 2 * centroid_radius_px + 1> widths{};
        for (int j = -centroid_radius_px; j <= centroid_radius_px; ++j)
            widths[static_cast<std::size_t>(j + centroid_radius_px)] =
                static_cast<int>(std::sqrt(centroid_radius_px * centroid_radius_px - j * j));
        return widths;
    }();
    int right = 0;
    int down = 0;
    for (int j = -centroid_radius_px; j <= centroid_radius_px; ++j) {
        const int width = half_widths[static_cast<std::size_t>(j + centroid_radius_px)];
        const std::uint8_t* p = level.ptr(y + j) + x;
        int sum = 0;
        int moment = 0;
        for (int i = -width; i <= width; ++i) {
            sum += p[i];
            moment += i * p[i];
        }
        right += moment;
        down += j * sum;
    }
    return std::atan2(static_cast<float>(down), static_cast<float>(right));
}

struct Pyramid {
    std::vector<cv::Mat> levels;
    std::vector<double> scales; // of the working frame against the level
};

Pyramid pyramid_of(const cv::Mat& frame)
{
    Pyramid pyramid;
    double scale = 1;
    for (int l = 0; l < levels; ++l, scale *= level_factor) {
        const auto width = static_cast<int>(std::lround(frame.cols / scale));
        const auto height = static_cast<int>(std::lround(frame.rows / scale));
        if (std::min(width, height) < smallest_level_px) break;
        cv::Mat level = frame;
        if (l > 0) cv::resize(pyramid.levels.back(), level, cv::Size(width, height), 0, 0, cv::INTER_LINEAR);
        pyramid.levels.push_back(level);
        pyramid.scales.push_back(scale);
    }
    return pyramid;
}

std::vector<LocalFeature> look(const Pyramid& pyramid, const Effort& effort)
{
    double shares = 0;
    for (const auto scale : pyramid.scales)
        shares += std::pow(scale, effort.level_power);
    std::vector<LocalFeature> features;
    std::vector<LocalFeature> weaker; // half of each level; the stronger come first, see FeatureIndex::search
    features.reserve(effort.wanted);
    for (std::size_t l = 0; l < pyramid.levels.size(); ++l) {
        const auto& level = pyramid.levels[l];
        const double scale = pyramid.scales[l];
        const double share = std::pow(scale, effort.level_power) / shares;
        const auto wanted = static_cast<std::size_t>(std::lround(static_cast<double>(effort.wanted) * share));
        const auto corners = dealt_out(corners_of(level, wanted, effort), level);
        if (corners.empty()) continue;
        cv::Mat blurred;
        cv::copyMakeBorder(level, blurred, padding_px, padding_px, padding_px, padding_px,
                           cv::BORDER_REFLECT_101);
        cv::GaussianBlur(blurred, blurred, cv::Size(5, 5), blur_sigma_px, blur_sigma_px);
        const Level pixels{blurred.data, static_cast<std::ptrdiff_t>(blurred.step)};
        for (std::size_t c = 0; c < corners.size(); ++c) {
            const auto& corner = corners[c];
            const int x = corner.x + padding_px;
            const int y = corner.y + padding_px;
            const float angle = direction_of(blurred, x, y);
            LocalFeature feature;
            feature.descriptor = describe(pixels, static_cast<float>(x), static_cast<float>(y), angle);
            feature.x = static_cast<std::uint16_t>(
                std::lround((corner.x + 0.5) * scale * LocalFeature::units_per_px));
            feature.y = static_cast<std::uint16_t>(
                std::lround((corner.y + 0.5) * scale * LocalFeature::units_per_px));
            feature.level = static_cast<std::uint8_t>(l);
            const auto turn = std::lround(angle * LocalFeature::angles / (2 * std::numbers::pi_v<float>));
            feature.angle = static_cast<std::uint8_t>(turn & (LocalFeature::angles - 1));
            (2 * c < corners.size() ? features : weaker).push_back(feature);
        }
    }
    std::ranges::move(weaker, std::back_inserter(features));
    return features;
}

} // namespace

LocalFeatures local_features(const DecodedFrames::Grey& frame, Detail detail)
{
    LocalFeatures found{frame.width_px, frame.height_px, {}};
    if (detail < Detail::query) return found;
    const auto& effort = detail == Detail::reference ? reference_effort : query_effort;
    const auto pyramid = pyramid_of(mat_of(frame));
    found.features = look(pyramid, effort);
    return found;
}

LocalFeatures part_features(const DecodedFrames::Grey& frame)
{
    return {frame.width_px, frame.height_px, look(pyramid_of(mat_of(frame)), part_effort)};
}

} // namespace stillwatch::features
