#pragma once

#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "core/id.hpp"
#include "core/match.hpp"
#include "matcher/near_scan.hpp"

#include <cstdint>
#include <memory_resource>
#include <vector>

namespace stillwatch::matcher {

// PDQ's own tools take up to 31 of 256 bits as the same picture (pdq/README.md of their repository). Measured
// on 1 600 other photographs: no false match, eight orientations included.
constexpr int max_near_distance_bits = 31;

// A reference as it was opened: what to compare with, and whose it is.
struct EnrolledReference {
    ReferenceId reference;
    CaseId case_id;
    Sha256 file_digest;
    PictureFeatures features;

    friend bool operator==(const EnrolledReference&, const EnrolledReference&) = default;
};

// Largest distance taken as `near` for two frames of these qualities; -1 when none is (reasons in the
// source).
int accepted_distance_bits(int query_quality_percent, int reference_quality_percent) noexcept;

// All references of one generation, ready to compare. Immutable, so any number of threads may compare at
// once. Everything about references lives in memory of the resource given, which must outlive the set;
// locking it and wiping it on release is the resource's part.
class ReferenceSet {
public:
    // The fingerprints and digests in `references` are wiped once they are copied.
    ReferenceSet(std::vector<EnrolledReference> references, std::int64_t generation,
                 std::pmr::memory_resource& memory);
    ReferenceSet(const ReferenceSet&) = delete;
    ReferenceSet& operator=(const ReferenceSet&) = delete;

    // The generation that verdicts are bound to.
    std::int64_t generation() const noexcept { return generation_; }
    std::size_t size() const noexcept { return owners_.size(); }

    // The best match of every reference that matches, surest first: `exact` by either digest, then `near` by
    // distance. Match::orientation says how the found picture is turned against the reference.
    std::vector<Match> compare(const Sha256& file_digest, const PictureFeatures& query) const;

private:
    struct Owner {
        ReferenceId reference;
        CaseId case_id;
    };
    struct StoredDigest {
        Sha256 digest;
        std::uint32_t owner;
    };

    std::vector<std::uint32_t> exact_owners(const Sha256& digest) const;

    std::int64_t generation_;
    std::pmr::vector<Owner> owners_;
    std::pmr::vector<StoredDigest> digests_; // of files and of picture data, sorted
    std::pmr::vector<StoredFrame> frames_;
};

} // namespace stillwatch::matcher
