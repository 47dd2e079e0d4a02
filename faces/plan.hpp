#pragma once

#include "core/face.hpp"
#include "faces/thresholds.hpp"

#include <optional>

namespace stillwatch::faces {

// How many leads that are none a caseworker can bear, and what they come of.
struct Budget {
    double false_leads_a_week = 5;
    double faces_a_week = 100'000; // seen on the watched sites
    // The tables were measured on news photographs. On a site of one group of people, or with relatives of
    // the person, strangers are alike more often: ten times is planned for.
    double margin = 10;

    friend bool operator==(const Budget&, const Budget&) = default;
};

// The share of pairs of strangers that may reach each band.
struct BandRates {
    double weak = 1e-5;
    double lead = 1e-6;
    double strong = 1e-7;

    friend bool operator==(const BandRates&, const BandRates&) = default;
};

// From the budget: leads are budget / (faces x people x margin), never more than the 1e-6 that one person is
// looked for with; strong is ten times rarer, weak ten times as frequent (and told only beside another sign).
BandRates rates_for(const Budget& budget, std::size_t people) noexcept;

// Leads that are expected to be none, a week: faces x people x rate x margin.
double false_leads_a_week(const Budget& budget, std::size_t people, double rate) noexcept;

// Similarities from which each band begins.
struct BandThresholds {
    double weak = 1;
    double lead = 1;
    double strong = 1;

    // Nothing below weak.
    std::optional<Band> band_of(double similarity) const noexcept;
    friend bool operator==(const BandThresholds&, const BandThresholds&) = default;
};
BandThresholds thresholds_for(const ThresholdTable& table, const BandRates& rates, int references, int faces);

} // namespace stillwatch::faces
