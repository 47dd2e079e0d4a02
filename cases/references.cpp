#include "cases/references.hpp"

#include "cases/consent.hpp"
#include "core/json.hpp"
#include "matcher/reference_codec.hpp"
#include "vault/case_key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::cases {

namespace {

constexpr std::string_view sealed_format = "stillwatch sealed reference 1";
constexpr std::size_t max_line_bytes = 16U << 20U; // of a video of 120 frames about 8 MB

// Bound into the seal, so that no reference can be put in another case's place.
std::string seal_context(std::string_view pseudonym)
{
    return fmt::format("reference {}", pseudonym);
}

// The same where only the key was known: each case has its own.
std::string seal_context(const vault::PublicKey& key)
{
    return fmt::format("reference for {}", to_hex(key.bytes));
}

Result<vault::PublicKey> public_key_of(ByteView bytes)
{
    vault::PublicKey key;
    if (bytes.size() != key.bytes.size())
        return Error{Errc::invalid_argument, "a case's public key has 32 bytes"};
    std::ranges::copy(bytes, key.bytes.begin());
    return key;
}

Result<matcher::EnrolledReference> open_reference(const vault::KeyPair& key, const ReferencePlan::CaseRows& c,
                                                  const ReferencePlan::Row& row)
{
    auto clear = vault::open(key, seal_context(c.pseudonym), row.sealed);
    if (!clear) clear = vault::open(key, seal_context(key.public_key), row.sealed);
    if (!clear) return clear.error();
    auto record = matcher::decode_reference(clear->bytes());
    if (!record) return record.error();
    return matcher::EnrolledReference{row.id,
                                      c.id,
                                      record->file_digest,
                                      std::move(record->features),
                                      record->listed,
                                      std::move(record->moments),
                                      std::move(record->face)};
}

} // namespace

namespace {

SealedReference seal_for(const vault::PublicKey& key, const std::string& context,
                         const matcher::ReferenceRecord& record)
{
    const auto clear = vault::SecretBytes::copy_of(matcher::encode_reference(record));
    SealedReference sealed;
    sealed.bytes = vault::seal(key, context, clear.bytes());
    sealed.weak = record.weak;
    sealed.weak_reason = record.weak_reason;
    sealed.frames = static_cast<int>(record.moments.size());
    for (const auto& frame : record.features.frames)
        sealed.quality_percent = std::max(sealed.quality_percent, frame.quality_percent);
    return sealed;
}

} // namespace

Result<SealedReference> seal_reference(ByteView public_key, std::string_view pseudonym,
                                       const PictureFeatures& features)
{
    const auto key = public_key_of(public_key);
    if (!key) return key.error();
    return seal_for(*key, seal_context(pseudonym),
                    matcher::make_reference_record(features.file_digest, features));
}

Result<SealedReference> seal_reference(ByteView public_key, const PictureFeatures& features)
{
    const auto key = public_key_of(public_key);
    if (!key) return key.error();
    return seal_for(*key, seal_context(*key), matcher::make_reference_record(features.file_digest, features));
}

Result<SealedReference> seal_reference(ByteView public_key, std::string_view pseudonym,
                                       const matcher::ReferenceRecord& record)
{
    const auto key = public_key_of(public_key);
    if (!key) return key.error();
    return seal_for(*key, seal_context(pseudonym), record);
}

Result<SealedReference> seal_reference(ByteView public_key, const matcher::ReferenceRecord& record)
{
    const auto key = public_key_of(public_key);
    if (!key) return key.error();
    return seal_for(*key, seal_context(*key), record);
}

Result<Bytes> seal_hash(ByteView public_key, std::string_view pseudonym, const ListedHash& hash)
{
    const auto key = public_key_of(public_key);
    if (!key) return key.error();
    const auto record = matcher::make_reference_record(hash);
    const auto clear = vault::SecretBytes::copy_of(matcher::encode_reference(record));
    return vault::seal(*key, seal_context(pseudonym), clear.bytes());
}

std::string write_sealed(ByteView public_key, const SealedReference& sealed)
{
    return json::serialize(json::object{{"format", sealed_format},
                                        {"key", to_hex(public_key)},
                                        {"extractor_version", extractor_version},
                                        {"quality_percent", sealed.quality_percent},
                                        {"weak", sealed.weak},
                                        {"weak_reason", sealed.weak_reason},
                                        {"frames", sealed.frames},
                                        {"sealed", to_hex(sealed.bytes)}});
}

Result<SealedReference> read_sealed(std::string_view line, ByteView public_key)
{
    const Error malformed{Errc::malformed, "not a sealed reference"};
    if (line.size() > max_line_bytes) return malformed;
    const auto value = parse_json(line);
    if (!value || !value->is_object()) return malformed;
    const auto& object = value->get_object();
    const auto hex = text_member(object, "sealed");
    const auto quality = number_member(object, "quality_percent");
    if (text_member(object, "format") != sealed_format || !hex || !quality || *quality < 0 || *quality > 100)
        return malformed;
    if (text_member(object, "key") != to_hex(public_key))
        return Error{Errc::refused, "it was sealed for another case's key"};
    if (const auto version = number_member(object, "extractor_version").value_or(0);
        version != extractor_version)
        return Error{
            Errc::refused,
            fmt::format("it was made by extractor version {}, this installation has {}; seal the picture "
                        "again with a program of the same version",
                        version, extractor_version)};
    SealedReference sealed;
    sealed.bytes.resize(hex->size() / 2);
    if (!from_hex(*hex, sealed.bytes)) return malformed;
    sealed.quality_percent = static_cast<int>(*quality);
    sealed.weak = bool_member(object, "weak").value_or(false);
    sealed.weak_reason = text_member(object, "weak_reason").value_or("");
    const auto frames = number_member(object, "frames").value_or(0);
    if (frames < 0 || frames > most_frames_of_video) return malformed;
    sealed.frames = static_cast<int>(frames);
    return sealed;
}

Error consent_without_videos()
{
    return {Errc::refused, "it is a video, and the consent does not cover \"videos\": record one that does"};
}

Error consent_without_faces()
{
    return {Errc::refused, "it is a face, and the consent does not cover \"faces\": record one that does"};
}

ReferencePlan plan_references(const store::CaseDatabase& database, ConsentTime moment,
                              const std::set<ReferenceId>& opened)
{
    ReferencePlan plan;
    plan.state = database.references_state();
    plan.moment = moment.at();
    const auto changes_at = [&](Timestamp time) {
        if (time > moment.at() && (!plan.next_change || time < *plan.next_change)) plan.next_change = time;
    };
    for (auto& c : database.cases()) {
        if (c.state == CaseState::withdrawn) continue;
        changes_at(c.consent.given_at);
        changes_at(c.consent.expires_at);
        if (consent_status(c, moment) != ConsentStatus::valid) continue;
        ReferencePlan::CaseRows rows{
            c.id, std::move(c.pseudonym), std::move(c.public_key), std::move(c.sealed_secret_key), {}};
        rows.covers_videos = covers(c.consent, "videos");
        rows.covers_faces = covers(c.consent, "faces");
        constexpr std::size_t rows_a_step = 1'000;
        for (ReferenceId after{};;) {
            auto step = database.reference_rows(c.id, after, rows_a_step);
            for (auto& row : step) {
                after = row.reference.id;
                Bytes sealed;
                if (!opened.contains(after))
                    if (auto whole = database.find_reference(after)) sealed = std::move(whole->sealed);
                rows.references.push_back({after, std::move(row.reference.name), std::move(sealed)});
            }
            if (step.size() < rows_a_step) break;
        }
        for (auto& place : database.places_of(c.id))
            rows.places.push_back(std::move(place.sealed));
        plan.cases.push_back(std::move(rows));
    }
    return plan;
}

OpenedReferences open_references(const ReferencePlan& plan, const vault::KeyPair& installation,
                                 std::pmr::memory_resource& memory)
{
    OpenedReferences opened;
    for (const auto& c : plan.cases) {
        const auto public_key = public_key_of(c.public_key);
        auto key = public_key
                       ? vault::open_case_key(installation, c.pseudonym, {*public_key, c.sealed_secret_key})
                       : Result<vault::KeyPair>(Error{Errc::corrupt, public_key.error().detail});
        // Asked also where there is nothing to open yet: who adds a reference relies on it.
        if (!key) opened.refused.push_back({c.pseudonym, "", key.error()});
        for (const auto& sealed : c.places) {
            auto place = key ? open_place(*key, c.pseudonym, sealed) : Result<ConsentedPlace>(key.error());
            if (place)
                opened.places.add(c.id, *std::move(place));
            else
                opened.lost_places.push_back(c.pseudonym);
        }
        for (const auto& row : c.references) {
            if (row.sealed.empty()) continue;
            if (!key) {
                opened.refused.push_back({c.pseudonym, row.name, key.error()});
                continue;
            }
            auto reference = open_reference(*key, c, row);
            if (!reference) {
                opened.refused.push_back({c.pseudonym, row.name, reference.error()});
                continue;
            }
            if (!reference->moments.empty() && !c.covers_videos) {
                opened.refused.push_back({c.pseudonym, row.name, consent_without_videos()});
                continue;
            }
            if (reference->face && !c.covers_faces) {
                opened.refused.push_back({c.pseudonym, row.name, consent_without_faces()});
                continue;
            }
            std::vector<matcher::EnrolledReference> one;
            one.push_back(*std::move(reference));
            opened.references.push_back(
                std::make_shared<const matcher::StoredReference>(one.front(), memory));
            wipe(one);
        }
    }
    return opened;
}

bool is_same_picture(const matcher::StoredReference& one, const matcher::StoredReference& other)
{
    if (one.is_face() || other.is_face())
        return one.is_face() && other.is_face() && one.face_picture == other.face_picture &&
               one.face_model == other.face_model;
    if (one.is_hash_only() || other.is_hash_only())
        return one.is_hash_only() && other.is_hash_only() && one.listed.front() == other.listed.front();
    if (one.file_digest == other.file_digest || one.data_digest == other.data_digest) return true;
    // One picture in two files: decoded alike, so every feature is the same. Pictures without detail may
    // agree by chance.
    const auto same_features = [](const matcher::StoredFrame& a, const matcher::StoredFrame& b) {
        return !a.features.empty() && std::ranges::equal(a.features, b.features);
    };
    return std::ranges::equal(one.frames, other.frames) &&
           std::ranges::equal(one.local, other.local, same_features);
}

Result<std::optional<ReferenceId>> find_same_picture(const store::CaseDatabase& database,
                                                     const vault::KeyPair& installation, const Case& c,
                                                     Bytes sealed, std::pmr::memory_resource& memory)
{
    ReferencePlan plan;
    plan.cases.push_back(
        {c.id, c.pseudonym, c.public_key, c.sealed_secret_key, {{{}, "", std::move(sealed)}}});
    plan.cases.front().covers_videos = covers(c.consent, "videos");
    plan.cases.front().covers_faces = covers(c.consent, "faces");
    const auto added = open_references(plan, installation, memory);
    if (!added.refused.empty()) return Error{Errc::refused, added.refused.front().reason.detail};
    plan.cases.front().references.clear();
    for (auto& reference : database.references_of(c.id))
        plan.cases.front().references.push_back(
            {reference.id, std::move(reference.name), std::move(reference.sealed)});
    std::optional<ReferenceId> same;
    for (const auto& reference : open_references(plan, installation, memory).references)
        if (!same && is_same_picture(*reference, *added.references.front())) same = reference->reference;
    return same;
}

} // namespace stillwatch::cases
