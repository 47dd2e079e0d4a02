#include "faces/calibration.hpp"

#include "faces/people.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace stillwatch::faces {

namespace {

constexpr std::size_t least_pairs_above = 10;
constexpr double first_rate = 1e-2;
constexpr double least_step = 1e-4; // similarities of a row have to rise

std::vector<float> mean_of(const PersonFaces& faces, std::size_t count)
{
    std::vector<float> mean(faces.front().size());
    for (std::size_t f = 0; f < count; ++f)
        std::ranges::transform(mean, faces[f], mean.begin(), std::plus<>{});
    const float length = std::sqrt(similarity(mean, mean));
    for (auto& number : mean)
        number = length > 0 ? number / length : 0;
    return mean;
}

std::vector<ThresholdPoint> points_of(std::vector<float>& strangers)
{
    std::ranges::sort(strangers, std::ranges::greater{});
    std::vector<ThresholdPoint> points;
    for (double rate = first_rate;; rate /= 10) {
        const auto above = static_cast<std::size_t>(rate * static_cast<double>(strangers.size()));
        if (above < least_pairs_above) return points;
        const double reached = strangers[above - 1];
        if (!points.empty() && reached < points.back().similarity + least_step) return points;
        points.push_back({rate, reached});
    }
}

// Each other photograph of everybody else against a mean of `references` photographs.
std::vector<float> strangers_of_means(const std::vector<PersonFaces>& people, std::size_t references)
{
    std::vector<float> strangers;
    for (std::size_t p = 0; p < people.size(); ++p) {
        if (people[p].size() < references) continue;
        const auto mean = mean_of(people[p], references);
        for (std::size_t other = 0; other < people.size(); ++other)
            if (other != p)
                for (const auto& face : people[other])
                    strangers.push_back(similarity(mean, face));
    }
    return strangers;
}

} // namespace

Result<MeasuredThresholds> measured_thresholds(const std::vector<PersonFaces>& people)
{
    std::vector<float> strangers;
    std::vector<float> same;
    for (std::size_t p = 0; p < people.size(); ++p)
        for (std::size_t f = 0; f < people[p].size(); ++f) {
            for (std::size_t g = f + 1; g < people[p].size(); ++g)
                same.push_back(similarity(people[p][f], people[p][g]));
            for (std::size_t other = p + 1; other < people.size(); ++other)
                for (const auto& face : people[other])
                    strangers.push_back(similarity(people[p][f], face));
        }
    MeasuredThresholds measured;
    measured.pairs_of_strangers = strangers.size();
    measured.pairs_of_one_person = same.size();
    std::vector<ThresholdRow> rows{{1, 1, points_of(strangers)}};
    constexpr std::size_t needed_points = 3; // 1e-2, 1e-3 and 1e-4
    if (rows.front().points.size() < needed_points)
        return Error{
            Errc::refused,
            fmt::format("{} pairs of strangers are too few: photographs of some hundred people are needed",
                        strangers.size())};
    for (const int references : {3, 5}) {
        auto of_means = strangers_of_means(people, static_cast<std::size_t>(references));
        auto points = points_of(of_means);
        if (points.size() >= needed_points) rows.push_back({references, 1, std::move(points)});
    }
    measured.table = ThresholdTable(std::move(rows));
    if (!same.empty()) {
        std::ranges::sort(same);
        measured.agreement_5_percent = same[same.size() / 20];
    }
    const double threshold = measured.table.similarity(1, 1, 1e-5);
    const auto found = std::ranges::count_if(same, [&](float alike) { return alike >= threshold; });
    measured.found_at_1e_5 = same.empty() ? 0 : static_cast<double>(found) / static_cast<double>(same.size());
    return measured;
}

} // namespace stillwatch::faces
