#include "matcher/reference_set.hpp"

#include <algorithm>
#include <unordered_map>

// How references are put into the tables that are searched, and how a change makes a set of another.
namespace stillwatch::matcher {

namespace {

std::vector<std::shared_ptr<const StoredReference>> stored(std::vector<EnrolledReference>& references,
                                                           std::pmr::memory_resource& memory)
{
    std::vector<std::shared_ptr<const StoredReference>> all;
    for (const auto& reference : references)
        all.push_back(std::make_shared<const StoredReference>(reference, memory));
    wipe(references);
    return all;
}

using SharedReferences = std::span<const std::shared_ptr<const StoredReference>>;

// The fingerprint of a hash-only reference; nothing of another, or where it has another hash.
std::optional<Fingerprint> listed_fingerprint(const StoredReference& reference)
{
    if (!reference.is_hash_only() || reference.listed.front().kind != HashKind::pdq) return std::nullopt;
    return Fingerprint::from_hex(reference.listed.front().hex());
}

// Appends the fingerprints of a reference under the numbers from `first` on.
void add_hashes(const StoredReference& reference, std::uint32_t first, std::pmr::vector<StoredHash>& hashes)
{
    for (std::size_t f = 0; f < reference.frames.size(); ++f)
        for (std::size_t turn = 0; turn < orientation_count; ++turn)
            hashes.push_back({reference.frames[f].fingerprints[turn],
                              first + static_cast<std::uint32_t>(f * orientation_count + turn)});
}

} // namespace

ReferenceSet::ReferenceSet(std::vector<EnrolledReference> references, std::int64_t generation,
                           std::pmr::memory_resource& memory)
    : ReferenceSet(stored(references, memory), generation, memory)
{
}

ReferenceSet::ReferenceSet(std::vector<std::shared_ptr<const StoredReference>> references,
                           std::int64_t generation, std::pmr::memory_resource& memory)
    : ReferenceSet(references, first_slots(references), slots_of(references), generation, HashIndex(memory),
                   HashIndex(memory), FeatureIndex(memory, frames_of(references, first_slots(references))),
                   memory)
{
    std::size_t count = 0;
    for (const auto& reference : references_)
        count += reference->frames.size() * orientation_count;
    std::pmr::vector<StoredHash> hashes(&memory);
    hashes.reserve(count); // at once, so that no outgrown copy is left behind
    for (std::size_t i = 0; i < references_.size(); ++i)
        add_hashes(*references_[i], slots_[i] * hashes_a_slot, hashes);
    near_hashes_ = HashIndex(memory, hashes);
    std::pmr::vector<StoredHash> listed(&memory);
    listed.reserve(references_.size());
    for (std::size_t i = 0; i < references_.size(); ++i)
        if (const auto fingerprint = listed_fingerprint(*references_[i]))
            listed.push_back({*fingerprint, slots_[i]});
    listed_hashes_ = HashIndex(memory, listed);
}

ReferenceSet::ReferenceSet(std::vector<std::shared_ptr<const StoredReference>> references, Slots slots,
                           std::uint32_t next_slot, std::int64_t generation, HashIndex near_hashes,
                           HashIndex listed_hashes, FeatureIndex features, std::pmr::memory_resource& memory)
    : generation_(generation), references_(std::move(references)), digests_(&memory),
      slots_(std::move(slots)), next_slot_(next_slot), index_of_slot_(next_slot),
      near_hashes_(std::move(near_hashes)), list_digests_(&memory), listed_hashes_(std::move(listed_hashes)),
      features_(std::move(features))
{
    digests_.reserve(2 * references_.size()); // at once, so that no outgrown copy is left behind
    const auto by_file = [](const auto& reference) {
        return reference->is_hash_only() && bytes_of(reference->listed.front().kind) < sizeof(Sha256);
    };
    list_digests_.reserve(static_cast<std::size_t>(std::ranges::count_if(references_, by_file)));
    for (std::uint32_t owner = 0; owner < references_.size(); ++owner) {
        const auto& reference = *references_[owner];
        std::fill_n(index_of_slot_.begin() + slots_[owner], slots_of(reference), owner);
        if (reference.is_face()) continue; // compared elsewhere (faces/people.hpp)
        if (reference.is_hash_only()) {
            const auto& hash = reference.listed.front();
            if (hash.kind == HashKind::sha256) digests_.push_back({{hash.value}, owner});
            if (hash.kind == HashKind::md5 || hash.kind == HashKind::sha1)
                list_digests_.push_back({hash, owner});
            continue;
        }
        digests_.push_back({reference.file_digest, owner});
        digests_.push_back({reference.data_digest, owner});
        for (std::uint32_t f = 0; f < reference.local.size(); ++f)
            local_frames_.push_back({owner, f});
    }
    std::ranges::sort(digests_, [](const StoredDigest& a, const StoredDigest& b) {
        return a.digest != b.digest ? a.digest < b.digest : a.owner < b.owner;
    });
    std::ranges::sort(list_digests_, [](const StoredListDigest& a, const StoredListDigest& b) {
        return a.hash != b.hash ? a.hash < b.hash : a.owner < b.owner;
    });
}

std::uint32_t ReferenceSet::slots_of(const StoredReference& reference) noexcept
{
    const auto filled = [](std::size_t count, std::size_t a_slot) { return (count + a_slot - 1) / a_slot; };
    const auto slots = std::max({std::size_t{1}, filled(reference.local.size(), frames_a_slot),
                                 filled(reference.frames.size(), PictureFeatures::max_fingerprints)});
    return static_cast<std::uint32_t>(slots);
}

std::uint32_t ReferenceSet::slots_of(SharedReferences references)
{
    std::uint32_t slots = 0;
    for (const auto& reference : references)
        slots += slots_of(*reference);
    return slots;
}

ReferenceSet::Slots ReferenceSet::first_slots(SharedReferences references)
{
    Slots slots;
    std::uint32_t next = 0;
    for (const auto& reference : references) {
        slots.push_back(next);
        next += slots_of(*reference);
    }
    return slots;
}

std::vector<IndexedFrame> ReferenceSet::frames_of(SharedReferences references, const Slots& slots)
{
    std::vector<IndexedFrame> frames;
    for (std::size_t i = 0; i < references.size(); ++i)
        for (std::uint32_t f = 0; f < references[i]->local.size(); ++f)
            frames.push_back({slots[i] * frames_a_slot + f, references[i]->searched(f),
                              references[i]->is_video() ? std::optional(slots[i]) : std::nullopt});
    return frames;
}

std::shared_ptr<const ReferenceSet>
ReferenceSet::changed(std::vector<std::shared_ptr<const StoredReference>> references, std::int64_t generation,
                      std::pmr::memory_resource& memory) const
{
    std::unordered_map<const StoredReference*, std::uint32_t> leaving;
    for (std::size_t i = 0; i < references_.size(); ++i)
        leaving.emplace(references_[i].get(), slots_[i]);
    Slots slots;
    auto next_slot = next_slot_;
    std::pmr::vector<StoredHash> coming(&memory);
    std::size_t coming_hashes = 0;
    for (const auto& reference : references)
        if (!leaving.contains(reference.get())) coming_hashes += reference->frames.size() * orientation_count;
    coming.reserve(coming_hashes); // at once, so that no outgrown copy is left behind
    std::pmr::vector<StoredHash> listed(&memory);
    listed.reserve(references.size());
    for (const auto& reference : references) {
        const auto known = leaving.find(reference.get());
        slots.push_back(known != leaving.end() ? known->second : next_slot);
        if (known != leaving.end()) {
            leaving.erase(known);
            continue;
        }
        const auto after = next_slot + slots_of(*reference);
        if (after <= max_slots) {
            add_hashes(*reference, next_slot * hashes_a_slot, coming);
            if (const auto fingerprint = listed_fingerprint(*reference))
                listed.push_back({*fingerprint, next_slot});
        }
        next_slot = after;
    }
    if (next_slot > max_slots)
        return std::make_shared<const ReferenceSet>(std::move(references), generation, memory);
    std::vector<std::uint32_t> gone;
    std::vector<std::uint32_t> gone_listed;
    for (const auto& [reference, slot] : leaving) {
        if (listed_fingerprint(*reference)) gone_listed.push_back(slot);
        for (std::uint32_t i = 0; i < reference->frames.size() * orientation_count; ++i)
            gone.push_back(slot * hashes_a_slot + i);
    }
    auto listed_hashes = listed_hashes_;
    if (!gone_listed.empty()) listed_hashes = listed_hashes.without(gone_listed);
    if (!listed.empty()) listed_hashes = listed_hashes.with(listed);
    auto near_hashes = near_hashes_;
    if (!gone.empty()) near_hashes = near_hashes.without(gone);
    if (!coming.empty()) near_hashes = near_hashes.with(coming);
    auto features = features_.changed(frames_of(references, slots), memory);
    return std::shared_ptr<const ReferenceSet>(
        new ReferenceSet(std::move(references), std::move(slots), next_slot, generation,
                         std::move(near_hashes), std::move(listed_hashes), std::move(features), memory));
}

} // namespace stillwatch::matcher
