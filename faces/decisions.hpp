#pragma once

#include "core/fingerprint.hpp"
#include "core/id.hpp"
#include "core/likeness.hpp"
#include "faces/plan.hpp"

#include <cstddef>
#include <span>
#include <vector>

// What people decided of leads by faces says how the thresholds do on this installation. It says nothing of
// faces below the thresholds, which nobody saw: so decisions make thresholds stricter and never looser.
namespace stillwatch::faces {

enum class Decided : std::uint8_t { open, confirmed, another_person };

// A lead, and what a person said of it.
struct DecidedLead {
    CaseId case_id{};
    Fingerprint mark{}; // of its face
    Likeness likeness{};
    Decided decided = Decided::open;
};

// Leads that were compared alike, by what was said of them.
struct LeadTally {
    int references = 1;
    int faces = 1;
    int hundredths = 0; // of the similarity
    std::size_t confirmed = 0;
    std::size_t another_person = 0;
    std::size_t open = 0;

    friend bool operator==(const LeadTally&, const LeadTally&) = default;
};

// Counts leads. Those of a case that show one face (marks within `same_face_bits`) with one decision count
// once, as the one that is most alike: a stranger who is posted a hundred times was judged once. At most
// 5 000 leads; later ones are left out. By references, faces and similarity, rising.
constexpr std::size_t max_decided_leads = 5'000;
std::vector<LeadTally> tallies_of(std::span<const DecidedLead> leads);

// 95 of 100 such intervals hold the share that is meant (Wilson's). 0 to 1 where nothing was counted.
struct Interval {
    double low = 0;
    double high = 1;
};
Interval share_of(std::size_t hits, std::size_t all) noexcept;

// The number of events that is expected at least where so many were seen: 19 times out of 20 (the lower bound
// of a Poisson mean, after Wilson and Hilferty). 0 where none was.
double least_expected(std::size_t seen) noexcept;

// How much stricter the thresholds have to be.
struct Tightening {
    double factor = 1;           // strangers are so many times more often so much alike than the table says
    std::size_t false_leads = 0; // from lead on as thresholds stand, as people decided
    double least_a_week = 0;     // of them, 19 times out of 20
    double left_a_week = 0;      // the same with the stricter thresholds
    bool is_at_bound = false;    // the most there is does not do
};

// Below so many false leads nothing changes, whatever they are like.
constexpr std::size_t least_false_leads = 10;
// Two powers of ten in the rate at once; one may calibrate again after new decisions.
constexpr double most_at_once = 100;

// `tallies` of so many weeks (one at least is counted), against what the budget allows. What people have not
// decided counts as right. Leads that the thresholds in force would not tell any more count neither, so the
// same decisions tighten once.
Tightening tightening_for(const ThresholdTable& table, const Budget& budget, std::size_t people,
                          std::span<const LeadTally> tallies, double weeks);

// The table with each rate multiplied by the factor, 1 or more: points where nothing rare is left are
// dropped, the last two never.
ThresholdTable tightened(const ThresholdTable& table, double factor);

} // namespace stillwatch::faces
