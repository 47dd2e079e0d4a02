#include "cases/references.hpp"

#include "cases/consent.hpp"
#include "matcher/reference_codec.hpp"
#include "vault/case_key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::cases {

namespace {

// Bound into the seal, so that no reference can be put in another case's place.
std::string seal_context(std::string_view pseudonym)
{
    return fmt::format("reference {}", pseudonym);
}

Result<vault::PublicKey> public_key_of(ByteView bytes)
{
    vault::PublicKey key;
    if (bytes.size() != key.bytes.size()) return Error{Errc::invalid_argument, "a case's public key has 32 bytes"};
    std::ranges::copy(bytes, key.bytes.begin());
    return key;
}

Result<matcher::EnrolledReference> open_reference(const vault::KeyPair& key, std::string_view pseudonym,
                                                  const Reference& row)
{
    const auto clear = vault::open(key, seal_context(pseudonym), row.sealed);
    if (!clear) return clear.error();
    auto record = matcher::decode_reference(clear->bytes());
    if (!record) return record.error();
    return matcher::EnrolledReference{row.id, row.case_id, record->file_digest, std::move(record->features)};
}

} // namespace

Result<SealedReference> seal_reference(ByteView public_key, std::string_view pseudonym, const PictureFeatures& features)
{
    const auto key = public_key_of(public_key);
    if (!key) return key.error();
    const auto record = matcher::make_reference_record(features.file_digest, features);
    const auto clear = vault::SecretBytes::copy_of(matcher::encode_reference(record));
    SealedReference sealed;
    sealed.bytes = vault::seal(*key, seal_context(pseudonym), clear.bytes());
    sealed.weak = record.weak;
    sealed.weak_reason = record.weak_reason;
    for (const auto& frame : features.frames)
        sealed.quality_percent = std::max(sealed.quality_percent, frame.quality_percent);
    return sealed;
}

LoadedReferences load_references(const store::CaseDatabase& database, const vault::KeyPair& installation, Timestamp now,
                                 std::pmr::memory_resource& memory)
{
    LoadedReferences loaded;
    std::vector<matcher::EnrolledReference> opened;
    const auto changes_at = [&](Timestamp moment) {
        if (moment > now && (!loaded.next_change || moment < *loaded.next_change)) loaded.next_change = moment;
    };
    for (const auto& c : database.cases()) {
        if (c.state == CaseState::withdrawn) continue;
        changes_at(c.consent.given_at);
        changes_at(c.consent.expires_at);
        if (consent_status(c, now) != ConsentStatus::valid) continue;
        const auto references = database.references_of(c.id);
        const auto refuse_all = [&](const Error& error) {
            for (const auto& row : references)
                loaded.refused.push_back({c.pseudonym, row.name, error});
        };
        const auto public_key = public_key_of(c.public_key);
        if (!public_key) {
            refuse_all({Errc::corrupt, public_key.error().detail});
            continue;
        }
        const auto key = vault::open_case_key(installation, c.pseudonym, {*public_key, c.sealed_secret_key});
        if (!key) {
            refuse_all(key.error());
            continue;
        }
        for (const auto& row : references) {
            auto reference = open_reference(*key, c.pseudonym, row);
            if (reference)
                opened.push_back(*std::move(reference));
            else
                loaded.refused.push_back({c.pseudonym, row.name, reference.error()});
        }
    }
    loaded.set = std::make_shared<const matcher::ReferenceSet>(std::move(opened), database.generation(), memory);
    return loaded;
}

} // namespace stillwatch::cases
