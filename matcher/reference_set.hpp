#pragma once

#include "core/match.hpp"
#include "matcher/feature_index.hpp"
#include "matcher/hash_index.hpp"
#include "matcher/stored_reference.hpp"
#include "matcher/strip_order.hpp"
#include "matcher/template_memory.hpp"

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <set>
#include <span>
#include <vector>

namespace stillwatch::matcher {

// PDQ's own tools take up to 31 of 256 bits as the same picture (pdq/README.md of their repository). Measured
// on 1 600 other photographs: no false match, eight orientations included.
constexpr int max_near_distance_bits = 31;

// Largest distance taken as `near` for two frames of these qualities; -1 when none is (reasons in the
// source).
int accepted_distance_bits(int query_quality_percent, int reference_quality_percent) noexcept;

// A reference that may lie in a picture, before the picture was looked at again.
struct Lead {
    std::uint32_t reference = 0; // index in its set
    std::size_t reference_frame = 0;
    int picture_frame = 0;
    bool is_exact = false;
    bool is_near = false;
    std::optional<int> distance_bits;
    Orientation orientation = Orientation::original;
    bool inverted = false;
    std::optional<Alignment> alignment;  // by features
    std::optional<View> view;            // where to take the sign grid
    std::vector<std::uint32_t> features; // of the reference, that the alignment rests on
    int support = 0;                     // features that speak for it
    std::optional<StripOrder> strips;    // where the picture is the reference cut into strips
};

// What is left of all references after the first comparison: few.
struct Shortlist {
    Sha256 picture;
    int width_px = 0; // of the picture as it is shown
    int height_px = 0;
    std::vector<Size> frames;     // the picture's working frames
    std::vector<Part> parts;      // what each of them shows of the picture
    std::size_t whole_frames = 0; // of them, that show all of it: the first
    std::vector<Lead> leads;

    // Sign grids to ask for, in this order; at most Inspector::max_views.
    std::vector<View> views() const;
};

// Where to look at a lead again, because the picture agrees with the reference a little beside where it was
// thought to lie, or because it may be the whole reference cut into strips: then two looks follow each other.
struct Refinement {
    struct OfStrips {
        Strips strips = Strips::rows;
        double shown_share = 1; // see StripLooks
    };
    std::size_t lead = 0; // of the shortlist
    View view;
    std::optional<OfStrips> of_strips{};
};
std::vector<View> views_of(std::span<const Refinement> looks);

// All references of one generation, ready to compare. Immutable, so any number of threads may compare at
// once. Everything about references lives in memory of the resource given, which must outlive the set;
// locking it and wiping it on release is the resource's part.
class ReferenceSet {
public:
    // The fingerprints and digests in `references` are wiped once they are copied.
    ReferenceSet(std::vector<EnrolledReference> references, std::int64_t generation,
                 std::pmr::memory_resource& memory);
    ReferenceSet(std::vector<std::shared_ptr<const StoredReference>> references, std::int64_t generation,
                 std::pmr::memory_resource& memory);
    ReferenceSet(const ReferenceSet&) = delete;
    ReferenceSet& operator=(const ReferenceSet&) = delete;

    // These references, and no others, at that generation; what both sets have is shared, and a comparison
    // finds what it would find in a set made anew. Any thread.
    std::shared_ptr<const ReferenceSet>
    changed(std::vector<std::shared_ptr<const StoredReference>> references, std::int64_t generation,
            std::pmr::memory_resource& memory) const;

    std::span<const std::shared_ptr<const StoredReference>> references() const noexcept
    {
        return references_;
    }
    // The generation that verdicts are bound to.
    std::int64_t generation() const noexcept { return generation_; }
    std::size_t size() const noexcept { return references_.size(); }

    // What a change left to be put together: until then searches take longer, and bits of what left are still
    // held. See FeatureIndex; `over` gives the same set with the tables made from these parts.
    const FeatureIndex& features() const noexcept { return features_; }
    std::shared_ptr<const ReferenceSet> over(std::shared_ptr<const FeatureTables> tables,
                                             std::pmr::memory_resource& memory) const;

    // Whether references are known by MD5 or SHA-1 only: PictureFeatures::list_digests is needed then.
    bool has_list_digests() const noexcept { return !list_digests_.empty(); }
    // Whether that is the digest of a reference's file, or of its picture data.
    bool has_file(const Sha256& digest) const;
    // What a file's digest alone tells: the references whose very file it is.
    std::vector<Match> matches_of_file(const Sha256& digest) const;
    // Whether the picture may be exactly or nearly a reference, by what Detail::coarse told: what is
    // looked for here lies as far beyond max_near_distance_bits as a coarse pass may be off.
    bool may_be_near(const PictureFeatures& coarse) const;
    // References that show the same picture as this one, itself among them, by digests and fingerprints
    // alone: exact and near copies of any orientation; indexes of references(), rising. A hash-only reference
    // is the same as one with that very hash.
    std::vector<std::uint32_t> copies_of(const StoredReference& reference) const;
    // So few that comparing a fingerprint with all of them takes less than a millisecond; only then does a
    // coarse pass help.
    bool are_few() const noexcept;

    // Everything that the picture may be, cheapest tier first; parts that are `templates` have no voice.
    // `tiers`: those looked at, empty for all.
    Shortlist shortlist(const PictureFeatures& picture, const Templates& templates = {},
                        const std::set<Tier>& tiers = {}) const;

    // What deserves a second look, by the sign grids of shortlist.views(); few or none for most pictures.
    std::vector<Refinement> refinements(const Shortlist& shortlist, std::span<const SignGrid> sign_grids,
                                        const Templates& templates = {}) const;
    // Leads move where their sign grid of the second look, one a look and in their order, agrees better, and
    // those lie on the whole picture whose strips were found in another order.
    void move_leads(Shortlist& shortlist, std::vector<SignGrid>& sign_grids,
                    std::span<const Refinement> looks, std::span<const SignGrid> again,
                    const Templates& templates = {}) const;

    // The verdicts: matches surest first, then candidates; one for each reference. `sign grids` are those of
    // shortlist.views(); fewer where the picture could not be looked at again, which leaves what needs none.
    std::vector<Match> judge(const Shortlist& shortlist, std::span<const SignGrid> sign_grids,
                             const Templates& templates = {}) const;

    // The whole frame of the picture that a verdict of judge() rests on: the nearest, or else the one that
    // has most of the reference. Nothing where it is a part of it, or the file itself.
    std::optional<std::size_t> frame_of(const Shortlist& shortlist, const Match& match) const;

    // Parts of references that the picture shows without being the reference, by these verdicts: what a
    // site's template may consist of. Nothing is learnt from a match: edited copies of one picture share its
    // background, and learning that would hide the next one. `is_background`: the picture is known to be no
    // re-post, so that what merely seems edited counts too.
    std::vector<PartKey> parts_of_others(const Shortlist& shortlist, std::span<const SignGrid> sign_grids,
                                         std::span<const Match> matches, bool is_background) const;

private:
    struct StoredDigest {
        Sha256 digest;
        std::uint32_t owner;
    };
    struct StoredListDigest {
        ListedHash hash; // by MD5 or SHA-1
        std::uint32_t owner;
    };
    // A reference's number in the indexes, which no other has had since they were made, gives those of its
    // frames and of its fingerprints. One with more frames than a slot holds has the next ones, too.
    using Slots = std::vector<std::uint32_t>;
    static constexpr std::uint32_t frames_a_slot = PictureFeatures::max_frames;
    static constexpr std::uint32_t hashes_a_slot = PictureFeatures::max_fingerprints * orientation_count;
    static constexpr std::uint32_t max_slots = FeatureTables::max_frames / frames_a_slot;
    struct LocalFrame { // of the feature index
        std::uint32_t owner;
        std::uint32_t frame;
    };

    ReferenceSet(std::vector<std::shared_ptr<const StoredReference>> references, Slots slots,
                 std::uint32_t next_slot, std::int64_t generation, HashIndex near_hashes,
                 HashIndex listed_hashes, FeatureIndex features, std::pmr::memory_resource& memory);
    static std::uint32_t slots_of(const StoredReference& reference) noexcept;
    static Slots first_slots(std::span<const std::shared_ptr<const StoredReference>> references);
    static std::uint32_t slots_of(std::span<const std::shared_ptr<const StoredReference>> references);
    static std::vector<IndexedFrame>
    frames_of(std::span<const std::shared_ptr<const StoredReference>> references, const Slots& slots);

    void add_exact(const PictureFeatures& picture, std::vector<Lead>& leads) const;
    void add_near(const PictureFeatures& picture, bool further, std::vector<Lead>& leads) const;
    struct CloseHash { // the fingerprint of a reference, by indexes
        std::uint32_t owner;
        std::uint32_t fingerprint; // of StoredReference::frames
        Orientation orientation;
        int distance_bits;
    };
    std::vector<CloseHash> close_hashes(const Fingerprint& query, bool further) const;
    void add_listed(const PictureFeatures& picture, std::vector<Lead>& leads) const;
    void add_looks_for_strips(const Shortlist& shortlist, std::span<const SignGrid> sign_grids,
                              const Templates& templates, std::vector<Refinement>& looks) const;
    void add_derived(const PictureFeatures& picture, const Templates& templates,
                     std::vector<Lead>& leads) const;

    std::int64_t generation_;
    std::vector<std::shared_ptr<const StoredReference>> references_;
    std::pmr::vector<StoredDigest> digests_; // of files and of picture data, sorted
    Slots slots_;                            // of references_
    std::uint32_t next_slot_ = 0;
    std::vector<std::uint32_t> index_of_slot_;
    HashIndex near_hashes_;
    std::pmr::vector<StoredListDigest> list_digests_; // sorted
    // Fingerprints of hash-only references by slot, apart from the others: only the found picture can be
    // turned, and what is further away than max_near_distance_bits can be looked at no closer.
    HashIndex listed_hashes_;
    std::vector<LocalFrame> local_frames_;
    FeatureIndex features_;
};

} // namespace stillwatch::matcher
