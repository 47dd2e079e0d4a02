#include "faces/thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace stillwatch::faces {

namespace {

bool is_sound(const ThresholdRow& row)
{
    if (row.references < 1 || row.faces < 1 || row.points.size() < 2) return false;
    for (std::size_t i = 0; i < row.points.size(); ++i) {
        const auto& point = row.points[i];
        if (!(point.false_match_rate > 0 && point.false_match_rate < 1)) return false;
        if (!(point.similarity >= -1 && point.similarity <= 1)) return false;
        if (i == 0) continue;
        const auto& before = row.points[i - 1];
        if (point.false_match_rate >= before.false_match_rate || point.similarity <= before.similarity)
            return false;
    }
    return true;
}

double similarity_in(const ThresholdRow& row, double false_match_rate)
{
    const auto& points = row.points;
    std::size_t right = 1;
    while (right + 1 < points.size() && points[right].false_match_rate > false_match_rate)
        ++right;
    const auto& a = points[right - 1];
    const auto& b = points[right];
    const double along = (std::log(false_match_rate) - std::log(a.false_match_rate)) /
                         (std::log(b.false_match_rate) - std::log(a.false_match_rate));
    // Rates above the first point are no looser than it: nobody measured there.
    const double similarity = a.similarity + std::max(along, 0.0) * (b.similarity - a.similarity);
    return std::min(similarity, 1.0);
}

} // namespace

ThresholdTable::ThresholdTable(std::vector<ThresholdRow> rows) : rows_(std::move(rows))
{
    if (!std::ranges::all_of(rows_, is_sound))
        throw std::invalid_argument("a row of thresholds has not two points or more of falling rates and "
                                    "rising similarities");
    if (std::ranges::none_of(rows_, [](const auto& row) { return row.references == 1 && row.faces == 1; }))
        throw std::invalid_argument("thresholds for one reference and one face are missing");
}

double ThresholdTable::similarity(int references, int faces, double false_match_rate) const
{
    // More references than any row has: the row with most, and no further.
    const auto next = [this](int number, auto member) {
        int above = 0;
        int most = 0;
        for (const auto& row : rows_) {
            most = std::max(most, row.*member);
            if (row.*member >= number && (above == 0 || row.*member < above)) above = row.*member;
        }
        return above > 0 ? above : most;
    };
    const int of_references = next(references, &ThresholdRow::references);
    const int of_faces = next(faces, &ThresholdRow::faces);
    // A table need not have every pair: the strictest row that speaks for one of the two counts.
    double strictest = -1;
    for (const auto& row : rows_) {
        const bool is_pair = row.references == of_references && row.faces == of_faces;
        const bool is_half = (row.references == of_references && row.faces == 1) ||
                             (row.references == 1 && row.faces == of_faces);
        if (is_pair || is_half) strictest = std::max(strictest, similarity_in(row, false_match_rate));
    }
    return strictest > -1 ? strictest : similarity_in(rows_.front(), false_match_rate);
}

} // namespace stillwatch::faces
