#include "faces/plan.hpp"

#include <algorithm>

namespace stillwatch::faces {

namespace {

constexpr double most_of_leads = 1e-6;
constexpr double least_of_leads = 1e-18; // only so that logarithms stay finite
constexpr double step = 10;

} // namespace

BandRates rates_for(const Budget& budget, std::size_t people) noexcept
{
    const double pairs = std::max(budget.faces_a_week, 1.0) *
                         static_cast<double>(std::max<std::size_t>(people, 1)) * std::max(budget.margin, 1.0);
    const double lead = std::clamp(budget.false_leads_a_week / pairs, least_of_leads, most_of_leads);
    return {lead * step, lead, lead / step};
}

double false_leads_a_week(const Budget& budget, std::size_t people, double rate) noexcept
{
    return budget.faces_a_week * static_cast<double>(people) * rate * budget.margin;
}

std::optional<Band> BandThresholds::band_of(double similarity) const noexcept
{
    if (similarity >= strong) return Band::strong;
    if (similarity >= lead) return Band::lead;
    if (similarity >= weak) return Band::weak;
    return std::nullopt;
}

BandThresholds thresholds_for(const ThresholdTable& table, const BandRates& rates, int references, int faces)
{
    return {table.similarity(references, faces, rates.weak), table.similarity(references, faces, rates.lead),
            table.similarity(references, faces, rates.strong)};
}

} // namespace stillwatch::faces
