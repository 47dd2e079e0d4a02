#include "matcher/reference_set.hpp"

#include "core/inspector.hpp"

#include <algorithm>
#include <map>

// What is found by digests of files, and by hashes that others brought.
namespace stillwatch::matcher {

namespace {

// How the reference must be turned to become what was turned so to become the reference.
Orientation turned_back(Orientation orientation) noexcept
{
    if (orientation == Orientation::rotate_90) return Orientation::rotate_270;
    if (orientation == Orientation::rotate_270) return Orientation::rotate_90;
    return orientation; // half turns and mirrorings are their own way back
}

} // namespace

std::vector<View> Shortlist::views() const
{
    std::vector<View> views;
    for (const auto& lead : leads)
        if (lead.view && views.size() < Inspector::max_views) views.push_back(*lead.view);
    return views;
}

std::shared_ptr<const ReferenceSet> ReferenceSet::over(std::shared_ptr<const FeatureTables> tables,
                                                       std::pmr::memory_resource& memory) const
{
    return std::shared_ptr<const ReferenceSet>(
        new ReferenceSet(references_, slots_, next_slot_, generation_, near_hashes_, listed_hashes_,
                         features_.over(std::move(tables), memory), memory));
}

bool ReferenceSet::are_few() const noexcept
{
    constexpr std::size_t most_scanned = 100'000;
    return near_hashes_.size() <= most_scanned;
}

bool ReferenceSet::has_file(const Sha256& digest) const
{
    return std::ranges::binary_search(digests_, digest, {}, &StoredDigest::digest);
}

std::vector<Match> ReferenceSet::matches_of_file(const Sha256& digest) const
{
    if (!has_file(digest)) return {};
    PictureFeatures nothing_read;
    nothing_read.file_digest = nothing_read.data_digest = digest;
    return judge(shortlist(nothing_read, {}, {Tier::exact}), {});
}

void ReferenceSet::add_exact(const PictureFeatures& picture, std::vector<Lead>& leads) const
{
    for (const auto& digest : {picture.file_digest, picture.data_digest})
        for (const auto& entry : std::ranges::equal_range(digests_, digest, {}, &StoredDigest::digest)) {
            Lead lead;
            lead.reference = entry.owner;
            lead.is_exact = true;
            leads.push_back(std::move(lead));
        }
    if (!picture.list_digests) return;
    ListedHash md5{HashKind::md5, {}};
    ListedHash sha1{HashKind::sha1, {}};
    std::ranges::copy(picture.list_digests->md5, md5.value.begin());
    std::ranges::copy(picture.list_digests->sha1, sha1.value.begin());
    for (const auto& hash : {md5, sha1})
        for (const auto& entry : std::ranges::equal_range(list_digests_, hash, {}, &StoredListDigest::hash)) {
            Lead lead;
            lead.reference = entry.owner;
            lead.is_exact = true;
            leads.push_back(std::move(lead));
        }
}

void ReferenceSet::add_listed(const PictureFeatures& picture, std::vector<Lead>& leads) const
{
    if (listed_hashes_.size() == 0) return;
    std::map<std::uint32_t, Lead> best; // by reference
    for (const auto& frame : picture.frames) {
        // Of what quality the hash is nobody tells; lists are made of 50 and more (pdq/README.md).
        const int accepted = accepted_distance_bits(frame.quality_percent, 100);
        if (accepted < 0) continue;
        for (std::size_t turn = 0; turn < orientation_count; ++turn)
            for (const bool is_inverted : {false, true}) {
                const auto& turned = frame.fingerprints[turn];
                std::vector<HashHit> hits;
                listed_hashes_.within(is_inverted ? inverted(turned) : turned, accepted, hits);
                for (const auto& hit : hits) {
                    Lead lead;
                    lead.reference = index_of_slot_[hit.owner];
                    lead.picture_frame = frame.number;
                    lead.is_near = true;
                    lead.distance_bits = hit.distance_bits;
                    lead.orientation = turned_back(static_cast<Orientation>(turn));
                    lead.inverted = is_inverted;
                    auto& kept = best[lead.reference];
                    const bool is_of_part =
                        picture.part_of(static_cast<std::size_t>(frame.number)) != nullptr;
                    if (is_of_part && kept.is_near) continue; // the whole says more
                    if (!kept.distance_bits || hit.distance_bits < *kept.distance_bits)
                        kept = std::move(lead);
                }
            }
    }
    for (auto& [reference, lead] : best)
        leads.push_back(std::move(lead));
}

} // namespace stillwatch::matcher
