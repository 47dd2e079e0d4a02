#include "faces/decisions.hpp"

#include "faces/same_face.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace stillwatch::faces {

namespace {

constexpr double normal_95_two_sided = 1.96;
constexpr double normal_95_one_sided = 1.645;
constexpr int steps_of_a_power = 8; // factors that are tried between 1 and 10
constexpr double highest_rate = 0.1;

double similarity_of(const LeadTally& tally)
{
    return tally.hundredths / 100.0;
}

} // namespace

std::vector<LeadTally> tallies_of(std::span<const DecidedLead> leads)
{
    std::vector<const DecidedLead*> surest;
    for (const auto& lead : leads.first(std::min(leads.size(), max_decided_leads)))
        surest.push_back(&lead);
    std::ranges::stable_sort(surest, std::ranges::greater{},
                             [](const auto* lead) { return lead->likeness.hundredths; });
    std::map<std::pair<CaseId, Decided>, std::vector<const DecidedLead*>> counted;
    std::map<std::tuple<int, int, int>, LeadTally> tallies;
    for (const auto* lead : surest) {
        auto& known = counted[{lead->case_id, lead->decided}];
        const auto is_same = [&](const auto* other) {
            return hamming(other->mark, lead->mark) <= same_face_bits;
        };
        if (std::ranges::any_of(known, is_same)) continue;
        known.push_back(lead);
        const auto& alike = lead->likeness;
        auto& tally = tallies[{alike.references, alike.faces, alike.hundredths}];
        tally.references = alike.references;
        tally.faces = alike.faces;
        tally.hundredths = alike.hundredths;
        ++(lead->decided == Decided::open        ? tally.open
           : lead->decided == Decided::confirmed ? tally.confirmed
                                                 : tally.another_person);
    }
    std::vector<LeadTally> all;
    all.reserve(tallies.size());
    for (const auto& [place, tally] : tallies)
        all.push_back(tally);
    return all;
}

Interval share_of(std::size_t hits, std::size_t all) noexcept
{
    if (all == 0) return {};
    const double count = static_cast<double>(all);
    const double share = static_cast<double>(hits) / count;
    const double z2 = normal_95_two_sided * normal_95_two_sided;
    const double middle = (share + z2 / (2 * count)) / (1 + z2 / count);
    const double half = normal_95_two_sided / (1 + z2 / count) *
                        std::sqrt(share * (1 - share) / count + z2 / (4 * count * count));
    return {std::max(middle - half, 0.0), std::min(middle + half, 1.0)};
}

double least_expected(std::size_t seen) noexcept
{
    if (seen == 0) return 0;
    const double count = static_cast<double>(seen);
    const double root = 1 - 1 / (9 * count) - normal_95_one_sided / (3 * std::sqrt(count));
    return root > 0 ? count * root * root * root : 0;
}

Tightening tightening_for(const ThresholdTable& table, const Budget& budget, std::size_t people,
                          std::span<const LeadTally> tallies, double weeks)
{
    const auto rate = rates_for(budget, people).lead;
    const auto false_leads = [&](double factor) {
        std::size_t count = 0;
        for (const auto& tally : tallies)
            // What is told is a whole hundredth or more, so the bound is the hundredth it lies in.
            if (similarity_of(tally) >=
                std::floor(100 * table.similarity(tally.references, tally.faces, rate / factor)) / 100)
                count += tally.another_person;
        return count;
    };
    const double observed = std::max(weeks, 1.0);
    Tightening result;
    result.false_leads = false_leads(1);
    result.least_a_week = least_expected(result.false_leads) / observed;
    result.left_a_week = result.least_a_week;
    if (result.false_leads < least_false_leads) return result;
    for (int step = 1; result.left_a_week > budget.false_leads_a_week; ++step) {
        const double factor = std::pow(10.0, static_cast<double>(step) / steps_of_a_power);
        result.is_at_bound = factor > most_at_once * (1 + 1e-9);
        if (result.is_at_bound) break;
        result.factor = factor;
        result.left_a_week = least_expected(false_leads(factor)) / observed;
    }
    return result;
}

ThresholdTable tightened(const ThresholdTable& table, double factor)
{
    auto rows = table.rows();
    for (auto& row : rows) {
        for (auto& point : row.points)
            point.false_match_rate = point.false_match_rate * std::max(factor, 1.0);
        while (row.points.size() > 2 && row.points.front().false_match_rate > highest_rate)
            row.points.erase(row.points.begin());
        // Of two points that are left the first may have come to 1 and above, where nothing is rare: the rate
        // is held below it, which leaves the rarer point where it is.
        row.points[0].false_match_rate = std::min(row.points[0].false_match_rate, 0.99);
        row.points[1].false_match_rate =
            std::min(row.points[1].false_match_rate, row.points[0].false_match_rate / 2);
    }
    return ThresholdTable(std::move(rows));
}

} // namespace stillwatch::faces
