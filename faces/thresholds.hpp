#pragma once

#include <vector>

namespace stillwatch::faces {

// How often strangers are so much alike: of `false_match_rate` of all pairs of different people the
// similarity is `similarity` or more.
struct ThresholdPoint {
    double false_match_rate = 0; // 0..1
    double similarity = 0;       // -1..1

    friend bool operator==(const ThresholdPoint&, const ThresholdPoint&) = default;
};

// Points for a person known by so many photographs (their centroid), and a probe that is the mean of so many
// faces of one track: with more of either, strangers are more alike.
struct ThresholdRow {
    int references = 1;
    int faces = 1;
    std::vector<ThresholdPoint> points; // falling rate, rising similarity; two at least

    friend bool operator==(const ThresholdRow&, const ThresholdRow&) = default;
};

class ThresholdTable {
public:
    ThresholdTable() = default;
    // Throws std::invalid_argument where there is no row for one reference and one face, or a row is no row.
    explicit ThresholdTable(std::vector<ThresholdRow> rows);

    // The similarity that strangers reach in no more than that share of pairs. Between two points the
    // logarithm of the rate counts; beyond the last the line of the last two goes on, up to 1. Between two
    // numbers of references (or faces) the stricter row counts.
    double similarity(int references, int faces, double false_match_rate) const;
    const std::vector<ThresholdRow>& rows() const noexcept { return rows_; }

    friend bool operator==(const ThresholdTable&, const ThresholdTable&) = default;

private:
    std::vector<ThresholdRow> rows_;
};

} // namespace stillwatch::faces
