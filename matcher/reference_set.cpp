#include "matcher/reference_set.hpp"

#include "matcher/weakness.hpp"

#include <algorithm>
#include <array>
#include <string.h> // explicit_bzero

namespace stillwatch::matcher {

namespace {

// Below min_quality_percent a hash rests on few soft shapes, which unrelated pictures share: of 240
// photographs blurred to 3..12 cells a side, different ones of quality 20..49 came as close as 30 bits (sharp
// ones: 86). Half of that is accepted. Below 20 nothing is, since flat pictures all hash alike.
constexpr int min_weak_quality_percent = 20;
constexpr int max_weak_distance_bits = 15;

double near_score(int distance_bits) noexcept
{
    return 0.99 - 0.01 * distance_bits; // below any exact match, 0.68 at 31 bits
}

Orientation inverse(Orientation turn) noexcept
{
    if (turn == Orientation::rotate_90) return Orientation::rotate_270;
    if (turn == Orientation::rotate_270) return Orientation::rotate_90;
    return turn;
}

void wipe(std::vector<EnrolledReference>& references) noexcept
{
    for (auto& reference : references) {
        explicit_bzero(&reference.file_digest, sizeof reference.file_digest);
        explicit_bzero(&reference.features.data_digest, sizeof reference.features.data_digest);
        explicit_bzero(reference.features.frames.data(), reference.features.frames.size() * sizeof(Frame));
    }
}

} // namespace

int accepted_distance_bits(int query_quality_percent, int reference_quality_percent) noexcept
{
    const int quality = std::min(query_quality_percent, reference_quality_percent);
    if (quality >= min_quality_percent) return max_near_distance_bits;
    return quality >= min_weak_quality_percent ? max_weak_distance_bits : -1;
}

ReferenceSet::ReferenceSet(std::vector<EnrolledReference> references, std::int64_t generation,
                           std::pmr::memory_resource& memory)
    : generation_(generation), owners_(&memory), digests_(&memory), frames_(&memory)
{
    std::size_t frame_count = 0;
    for (const auto& reference : references)
        frame_count += reference.features.frames.size();
    // Reserved at once, so that no outgrown copy is left behind.
    owners_.reserve(references.size());
    digests_.reserve(2 * references.size());
    frames_.reserve(frame_count);
    for (const auto& reference : references) {
        const auto owner = static_cast<std::uint32_t>(owners_.size());
        owners_.push_back({reference.reference, reference.case_id});
        digests_.push_back({reference.file_digest, owner});
        digests_.push_back({reference.features.data_digest, owner});
        for (const auto& frame : reference.features.frames)
            frames_.push_back({frame.fingerprints[static_cast<std::size_t>(Orientation::original)], owner,
                               frame.quality_percent});
    }
    std::ranges::sort(digests_, {}, &StoredDigest::digest);
    wipe(references);
}

std::vector<std::uint32_t> ReferenceSet::exact_owners(const Sha256& digest) const
{
    std::vector<std::uint32_t> owners;
    for (const auto& entry : std::ranges::equal_range(digests_, digest, {}, &StoredDigest::digest))
        owners.push_back(entry.owner);
    return owners;
}

std::vector<Match> ReferenceSet::compare(const Sha256& file_digest, const PictureFeatures& query) const
{
    struct Found {
        std::uint32_t owner;
        Match match;
    };
    std::vector<Found> found;
    const auto add = [&](std::uint32_t owner, Match match) {
        match.reference = owners_[owner].reference;
        match.case_id = owners_[owner].case_id;
        found.push_back({owner, match});
    };
    for (const auto& digest : {file_digest, query.data_digest})
        for (const auto owner : exact_owners(digest))
            add(owner, Match{});
    for (const auto& frame : query.frames) {
        if (accepted_distance_bits(frame.quality_percent, 100) < 0) continue;
        for (const auto& hit : near_frames(frame.fingerprints, frames_, max_near_distance_bits)) {
            const auto& stored = frames_[hit.index];
            if (hit.distance_bits > accepted_distance_bits(frame.quality_percent, stored.quality_percent))
                continue;
            Match match;
            match.tier = Tier::near;
            match.score = near_score(hit.distance_bits);
            match.distance_bits = hit.distance_bits;
            match.orientation = inverse(hit.turn);
            match.inverted = hit.inverted;
            add(stored.owner, match);
        }
    }

    const auto surer = [](const Match& a, const Match& b) {
        if (a.tier != b.tier) return a.tier < b.tier;
        if (a.distance_bits != b.distance_bits) return a.distance_bits < b.distance_bits;
        return a.reference < b.reference;
    };
    std::ranges::stable_sort(found, [&](const Found& a, const Found& b) {
        return a.owner != b.owner ? a.owner < b.owner : surer(a.match, b.match);
    });
    const auto repeated = std::ranges::unique(found, {}, &Found::owner);
    found.erase(repeated.begin(), repeated.end());
    std::vector<Match> matches;
    for (const auto& entry : found)
        matches.push_back(entry.match);
    std::ranges::stable_sort(matches, surer);
    return matches;
}

} // namespace stillwatch::matcher
