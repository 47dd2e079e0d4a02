#pragma once

#include "core/result.hpp"
#include "faces/thresholds.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace stillwatch::faces {

// Embeddings of the faces of one person.
using PersonFaces = std::vector<std::vector<float>>;

// What a set of photographs says of a profile's models.
struct MeasuredThresholds {
    ThresholdTable table;
    std::size_t pairs_of_strangers = 0; // for one reference and one face
    std::size_t pairs_of_one_person = 0;
    double agreement_5_percent = 0; // similarity that 95 of 100 pairs of one person reach; 0: no such pair
    double found_at_1e_5 = 0;       // share of the pairs of one person, at the table's threshold for it
};

// Thresholds for 1, 3 and 5 references from all pairs of different people: at each rate of 1e-2, 1e-3 … that
// at least ten pairs reach. Photographs of one person under two names make it too strict. Errors: refused
// (too few people or photographs for a rate of 1e-4: some hundred people are needed).
Result<MeasuredThresholds> measured_thresholds(const std::vector<PersonFaces>& people);

} // namespace stillwatch::faces
