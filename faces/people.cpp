#include "faces/people.hpp"

#include <string.h> // explicit_bzero

#include <algorithm>
#include <cmath>
#include <map>

namespace stillwatch::faces {

float similarity(std::span<const float> one, std::span<const float> other) noexcept
{
    // Sixteen sums side by side: the compiler may not reorder one.
    constexpr std::size_t lanes = 16;
    std::array<float, lanes> sums{};
    const auto* a = one.data();
    const auto* b = other.data();
    const std::size_t size = std::min(one.size(), other.size());
    std::size_t i = 0;
    for (; i + lanes <= size; i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += a[i + lane] * b[i + lane];
    float sum = 0;
    for (const auto part : sums)
        sum += part;
    for (; i < size; ++i)
        sum += a[i] * b[i];
    return sum;
}

namespace {

// Of numbers of unit length: their products add up to less than 2^28, and what rounding costs is below 1e-4.
// Half the memory and a third of the time of floats.
constexpr float steps = 16'384;

std::int16_t in_steps(float number) noexcept
{
    return static_cast<std::int16_t>(std::lround(std::clamp(number, -1.0F, 1.0F) * steps));
}

std::int32_t product(const std::int16_t* a, const std::int16_t* b, std::size_t size) noexcept
{
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < size; ++i)
        sum += static_cast<std::int32_t>(a[i]) * static_cast<std::int32_t>(b[i]);
    return sum;
}

} // namespace

People::People(std::span<const EnrolledFace> faces, const ThresholdTable& table, const Budget& budget,
               std::pmr::memory_resource& memory)
    : means_(&memory), table_(table)
{
    if (!faces.empty()) dimension_ = faces.front().embedding.size();
    std::map<CaseId, std::vector<const EnrolledFace*>> by_case;
    for (const auto& face : faces)
        if (face.embedding.size() == dimension_) by_case[face.case_id].push_back(&face);
    means_.resize(by_case.size() * dimension_); // at once, so that no outgrown copy is left behind
    std::pmr::vector<float> mean(dimension_, &memory);
    for (auto& [case_id, of_case] : by_case) {
        std::ranges::fill(mean, 0.0F);
        for (const auto* face : of_case)
            for (std::size_t i = 0; i < dimension_; ++i)
                mean[i] += face->embedding[i];
        const float length = std::sqrt(similarity(mean, mean));
        auto* row = means_.data() + people_.size() * dimension_;
        for (std::size_t i = 0; length > 0 && i < dimension_; ++i)
            row[i] = in_steps(mean[i] / length);
        const auto first = std::ranges::min(of_case, {}, [](const auto* face) { return face->reference; });
        people_.push_back({case_id, first->reference, static_cast<int>(of_case.size())});
    }
    if (!mean.empty()) explicit_bzero(mean.data(), mean.size() * sizeof mean.front());
    rates_ = rates_for(budget, people_.size());
}

People::~People()
{
    if (!means_.empty()) explicit_bzero(means_.data(), means_.size() * sizeof means_.front());
}

std::vector<Resemblance> People::alike(std::span<const float> probe, int faces) const
{
    std::vector<Resemblance> found;
    if (probe.size() != dimension_ || dimension_ == 0) return found;
    std::vector<std::int16_t> asked(dimension_);
    std::ranges::transform(probe, asked.begin(), in_steps);
    std::map<int, BandThresholds> thresholds; // by number of references
    for (std::size_t p = 0; p < people_.size(); ++p) {
        const auto& person = people_[p];
        const double alike = product(asked.data(), means_.data() + p * dimension_, dimension_) /
                             (double{steps} * double{steps});
        auto known = thresholds.find(person.references);
        if (known == thresholds.end())
            known = thresholds
                        .emplace(person.references, thresholds_for(table_, rates_, person.references, faces))
                        .first;
        if (const auto band = known->second.band_of(alike))
            found.push_back({person.case_id, person.first, *band, alike, person.references});
    }
    explicit_bzero(asked.data(), asked.size() * sizeof asked.front()); // it may be a stranger's
    std::ranges::stable_sort(found, std::ranges::greater{}, &Resemblance::similarity);
    return found;
}

} // namespace stillwatch::faces
