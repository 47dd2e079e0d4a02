#include "matcher/reference_set.hpp"

#include "features/weakness.hpp"
#include "matcher/lead_facts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>

namespace stillwatch::matcher {

namespace {

// Below min_quality_percent a hash rests on few soft shapes, which unrelated pictures share: of 240
// photographs blurred to 3..12 cells a side, different ones of quality 20..49 came as close as 30 bits (sharp
// ones: 86). Half of that is accepted. Below 20 nothing is, since flat pictures all hash alike.
constexpr int min_weak_quality_percent = 20;
constexpr int max_weak_distance_bits = 15;

// Fingerprints this close are no match and worth a look at the layout: watermarks, captions and swapped faces
// come to 32..60 bits; of 57 360 pairs of other photographs none came below 86.
constexpr int max_candidate_distance_bits = 62;
constexpr std::size_t most_near_candidates = 4;

// A coarse pass was up to 12 bits off, of 5 000 photographs (docs/decisions/0008-a-coarse-pass-first.md).
constexpr int most_coarse_bits_off = 20;
constexpr int max_coarse_distance_bits = max_near_distance_bits + most_coarse_bits_off;
static_assert(max_coarse_distance_bits <= max_candidate_distance_bits);

// References that most features speak for are aligned; of those, the best are looked at again.
constexpr std::size_t most_aligned = 20;
constexpr std::size_t most_derived_leads = 6;
// Frames of one shot of a video are much alike: a few speak for all of them, and leave room for others.
constexpr std::size_t most_aligned_of_video = 5;
constexpr std::size_t most_leads_of_video = 2;

// Pairs at the same place in both call a reference to mind whatever its other votes are: copies of small
// portraits whose body was replaced have 4 to 40 of them, other pictures at most 3 and other portraits of the
// same size, cut out alike, a few more (scripts/bench-matcher).
constexpr int least_in_place = 4;
constexpr std::size_t most_in_place_leads = 2;
constexpr double most_aspect_ratio = 1.03; // between the two

// The nearest of the eight to how a mapping turns the reference.
Orientation orientation_of(const Affine& mapping)
{
    auto nearest = Orientation::original;
    double most = -1;
    const auto& m = mapping.a;
    const double length = std::sqrt(m[0] * m[0] + m[1] * m[1] + m[3] * m[3] + m[4] * m[4]);
    for (std::size_t i = 0; i < orientation_count; ++i) {
        const auto turn = turned_square(static_cast<Orientation>(i)).a;
        const double alike = (m[0] * turn[0] + m[1] * turn[1] + m[3] * turn[3] + m[4] * turn[4]) / length;
        if (alike <= most) continue;
        most = alike;
        nearest = static_cast<Orientation>(i);
    }
    return nearest;
}

View view_of(int picture_frame, const StoredSignGrid& sign_grid, const Affine& unit_to_picture)
{
    View view{picture_frame, sign_grid.tile_columns, sign_grid.tile_rows, {}};
    std::ranges::copy(unit_to_picture.a, view.a);
    return view;
}

bool same_shape(Size a, Size b)
{
    const double ratio = a.width * b.height / (a.height * b.width);
    return ratio < most_aspect_ratio && ratio > 1 / most_aspect_ratio;
}

Affine scaled(Size size)
{
    return {{size.width, 0, 0, 0, size.height, 0}};
}

// Keeps the first `most`, and of each video (`video_of` names the one that an element is of) at most
// `a_video`.
template <class Element, class VideoOf>
void keep_first(std::vector<Element>& ranked, std::size_t most, std::size_t a_video, const VideoOf& video_of)
{
    std::map<std::uint32_t, std::size_t> taken;
    std::erase_if(ranked, [&](const Element& element) {
        const auto video = video_of(element);
        return video && ++taken[*video] > a_video;
    });
    if (ranked.size() > most) ranked.resize(most);
}

} // namespace

int accepted_distance_bits(int query_quality_percent, int reference_quality_percent) noexcept
{
    const int quality = std::min(query_quality_percent, reference_quality_percent);
    if (quality >= features::min_quality_percent) return max_near_distance_bits;
    return quality >= min_weak_quality_percent ? max_weak_distance_bits : -1;
}

// In the order in which a flat scan would find them, up to max_near_distance_bits; those `further` away,
// which only lead to a second look that may find something derived, while there are so few references that
// comparing with all takes less than a millisecond.
std::vector<ReferenceSet::CloseHash> ReferenceSet::close_hashes(const Fingerprint& query, bool further) const
{
    const int radius = further && are_few() ? max_candidate_distance_bits : max_near_distance_bits;
    std::vector<HashHit> hits;
    near_hashes_.within(query, radius, hits);
    std::vector<CloseHash> close;
    for (const auto& hit : hits) {
        const auto owner = index_of_slot_[hit.owner / hashes_a_slot];
        const auto place = hit.owner - slots_[owner] * hashes_a_slot;
        close.push_back({owner, place / static_cast<std::uint32_t>(orientation_count),
                         static_cast<Orientation>(place % orientation_count), hit.distance_bits});
    }
    std::ranges::sort(close, {}, [](const CloseHash& hash) {
        return std::tuple(hash.owner, hash.fingerprint, hash.orientation);
    });
    return close;
}

bool ReferenceSet::may_be_near(const PictureFeatures& coarse) const
{
    std::vector<Lead> exact;
    add_exact(coarse, exact);
    return !exact.empty() || std::ranges::any_of(coarse.frames, [this](const Frame& frame) {
        const auto& query = frame.fingerprints[static_cast<std::size_t>(Orientation::original)];
        const auto is_close = [](const CloseHash& hash) {
            return hash.distance_bits <= max_coarse_distance_bits;
        };
        if (std::ranges::any_of(close_hashes(query, true), is_close) ||
            std::ranges::any_of(close_hashes(inverted(query), true), is_close))
            return true;
        std::vector<HashHit> hits;
        for (const auto& turned : frame.fingerprints) {
            listed_hashes_.within(turned, max_coarse_distance_bits, hits);
            listed_hashes_.within(inverted(turned), max_coarse_distance_bits, hits);
        }
        return !hits.empty();
    });
}

std::vector<std::uint32_t> ReferenceSet::copies_of(const StoredReference& reference) const
{
    std::set<std::uint32_t> owners;
    if (reference.is_face()) return {}; // that two people look alike is told to nobody
    if (reference.is_hash_only()) {
        for (std::uint32_t i = 0; i < references_.size(); ++i)
            if (references_[i]->is_hash_only() && references_[i]->listed.front() == reference.listed.front())
                owners.insert(i);
        return {owners.begin(), owners.end()};
    }
    for (const auto& digest : {reference.file_digest, reference.data_digest})
        for (const auto& known : std::ranges::equal_range(digests_, digest, {}, &StoredDigest::digest))
            owners.insert(known.owner);
    for (const auto& frame : reference.frames) {
        const auto& query = frame.fingerprints[static_cast<std::size_t>(Orientation::original)];
        for (const auto& hit : close_hashes(query, false)) {
            const auto& other = references_[hit.owner]->frames[hit.fingerprint];
            if (hit.distance_bits <= accepted_distance_bits(frame.quality_percent, other.quality_percent))
                owners.insert(hit.owner);
        }
    }
    return {owners.begin(), owners.end()};
}

void ReferenceSet::add_near(const PictureFeatures& picture, bool further, std::vector<Lead>& leads) const
{
    std::map<std::uint32_t, Lead> best; // by reference
    for (const auto& frame : picture.frames) {
        const auto& query = frame.fingerprints[static_cast<std::size_t>(Orientation::original)];
        if (accepted_distance_bits(frame.quality_percent, 100) < 0) continue;
        // Inverting a picture turns every bit.
        auto hits = close_hashes(query, further);
        const auto plain_hits = hits.size();
        std::ranges::move(close_hashes(inverted(query), further), std::back_inserter(hits));
        for (std::size_t h = 0; h < hits.size(); ++h) {
            const auto owner = hits[h].owner;
            const auto orientation = hits[h].orientation;
            const int bits = hits[h].distance_bits;
            const auto& reference = *references_[owner];
            const auto& stored = reference.frames[hits[h].fingerprint];
            Lead lead;
            lead.reference = owner;
            lead.reference_frame = static_cast<std::size_t>(stored.number);
            lead.picture_frame = frame.number;
            lead.is_near = bits <= accepted_distance_bits(frame.quality_percent, stored.quality_percent);
            lead.distance_bits = bits;
            lead.orientation = orientation;
            lead.inverted = h >= plain_hits;
            // What was trimmed away is not known here, so nothing can be laid onto it.
            if (!frame.trimmed && !stored.trimmed) {
                const auto& local = picture.local[static_cast<std::size_t>(frame.number)];
                const auto to_picture = combined(
                    scaled({static_cast<double>(local.width_px), static_cast<double>(local.height_px)}),
                    turned_square(orientation));
                lead.view =
                    view_of(frame.number, reference.local[lead.reference_frame].sign_grid, to_picture);
            } else if (!lead.is_near) {
                continue;
            }
            auto& kept = best[owner];
            const bool is_of_part = picture.part_of(static_cast<std::size_t>(frame.number)) != nullptr;
            if (is_of_part && kept.is_near) continue; // the whole says more
            if (!kept.distance_bits || bits < *kept.distance_bits) kept = std::move(lead);
        }
    }
    std::vector<Lead> found;
    for (auto& [owner, lead] : best)
        found.push_back(std::move(lead));
    std::ranges::stable_sort(found, {}, [](const Lead& lead) { return *lead.distance_bits; });
    std::size_t candidates = 0;
    for (auto& lead : found)
        if (lead.is_near || candidates++ < most_near_candidates) leads.push_back(std::move(lead));
}

void ReferenceSet::add_derived(const PictureFeatures& picture, const Templates& templates,
                               std::vector<Lead>& leads) const
{
    struct Votes {
        double weight = 0;
        int in_place = 0;
        std::vector<FeaturePair> pairs;
    };
    using Entry = std::pair<const std::pair<std::uint32_t, bool>, Votes>;
    const auto video_of = [this](std::uint32_t owner) {
        return references_[owner]->is_video() ? std::optional(owner) : std::nullopt;
    };
    const auto video_of_entry = [&](const Entry* entry) {
        return video_of(local_frames_[entry->first.first].owner);
    };
    const auto video_of_lead = [&](const Lead& lead) { return video_of(lead.reference); };
    std::vector<Lead> found;
    std::vector<Lead> in_place;
    for (std::size_t f = 0; f < picture.local.size(); ++f) {
        const auto& local = picture.local[f];
        const FeatureFrame query{{static_cast<double>(local.width_px), static_cast<double>(local.height_px)},
                                 local.features};
        const auto frame_at = [&](std::uint32_t index_frame) {
            const auto& place = local_frames_[index_frame];
            const auto& stored = references_[place.owner]->local[place.frame];
            return FeatureFrame{stored.size, stored.features};
        };
        std::map<std::pair<std::uint32_t, bool>, Votes> votes; // by frame of the index, mirrored or not
        for (const auto& hit : features_.search(local.features)) {
            const auto& place = local_frames_[hit.frame];
            const PartKey part(references_[place.owner]->reference, place.frame, PartKey::Kind::feature,
                               hit.feature);
            if (templates.contains(part)) continue;
            auto& entry = votes[{hit.frame, hit.mirrored}];
            entry.weight += max_feature_bits + 8 - hit.distance_bits;
            entry.pairs.push_back({hit.query, hit.feature, hit.distance_bits});
            const auto reference = frame_at(hit.frame);
            if (is_in_place(query, local.features[hit.query], reference, reference.features[hit.feature],
                            hit.mirrored))
                ++entry.in_place;
        }
        const auto add_lead = [&](std::vector<Lead>& list, const Entry& entry, Alignment aligned) {
            const auto& place = local_frames_[entry.first.first];
            const auto& stored = references_[place.owner]->local[place.frame];
            Lead lead;
            lead.reference = place.owner;
            lead.reference_frame = place.frame;
            lead.picture_frame = static_cast<int>(f);
            lead.orientation = orientation_of(aligned.mapping);
            lead.view = view_of(static_cast<int>(f), stored.sign_grid,
                                combined(aligned.mapping, scaled(stored.size)));
            lead.support = aligned.inliers + aligned.partners;
            lead.features = std::move(aligned.features);
            lead.alignment = std::move(aligned);
            list.push_back(std::move(lead));
        };
        std::vector<Entry*> ranked;
        std::vector<const Entry*> whole; // with pairs in place
        for (auto& entry : votes) {
            if (entry.second.pairs.size() >= min_inliers - 1) ranked.push_back(&entry);
            const auto shape = frame_at(entry.first.first).size;
            if (entry.second.in_place >= least_in_place && same_shape(query.size, shape))
                whole.push_back(&entry);
        }
        std::ranges::stable_sort(whole, std::greater{},
                                 [](const Entry* entry) { return entry->second.in_place; });
        if (whole.size() > most_in_place_leads) whole.resize(most_in_place_leads);
        for (const auto* entry : whole)
            add_lead(in_place, *entry,
                     aligned_in_place(query, frame_at(entry->first.first), entry->second.in_place,
                                      entry->first.second));
        std::ranges::stable_sort(ranked, std::greater{},
                                 [](const Entry* entry) { return entry->second.weight; });
        keep_first(ranked, most_aligned, most_aligned_of_video, video_of_entry);
        for (auto* entry : ranked) {
            const auto reference = frame_at(entry->first.first);
            auto aligned = align(query, reference, std::move(entry->second.pairs), entry->first.second);
            if (aligned) add_lead(found, *entry, *std::move(aligned));
        }
    }
    const auto add_best = [&](std::vector<Lead>& list, std::size_t most) {
        std::ranges::stable_sort(list, std::greater{}, &Lead::support);
        keep_first(list, most, most_leads_of_video, video_of_lead);
        std::ranges::move(list, std::back_inserter(leads));
    };
    add_best(found, most_derived_leads);
    add_best(in_place, most_in_place_leads);
}

Shortlist ReferenceSet::shortlist(const PictureFeatures& picture, const Templates& templates,
                                  const std::set<Tier>& tiers) const
{
    Shortlist list;
    list.picture = picture.file_digest;
    list.width_px = picture.width_px;
    list.height_px = picture.height_px;
    list.whole_frames = picture.local.size() - picture.parts.size();
    const Part whole{0, 0, picture.width_px, picture.height_px};
    for (std::size_t f = 0; f < picture.local.size(); ++f) {
        const auto& frame = picture.local[f];
        list.frames.push_back({static_cast<double>(frame.width_px), static_cast<double>(frame.height_px)});
        const auto* part = picture.part_of(f);
        list.parts.push_back(part != nullptr ? *part : whole);
    }
    const auto is_wanted = [&](Tier tier) { return tiers.empty() || tiers.contains(tier); };
    if (is_wanted(Tier::exact)) add_exact(picture, list.leads);
    if (is_wanted(Tier::near)) add_near(picture, is_wanted(Tier::derived), list.leads);
    if (is_wanted(Tier::near)) add_listed(picture, list.leads);
    if (is_wanted(Tier::derived)) add_derived(picture, templates, list.leads);
    return list;
}

} // namespace stillwatch::matcher
