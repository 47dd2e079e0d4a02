#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch {

// How a consent came into force.
enum class Approval : std::uint8_t {
    none,          // it waits for another member of staff, and nothing is compared under it
    second_person, // who recorded it and who approved it have accounts of their own
    one_person,    // the installation was one person's
    typed,         // by an older program, which believed the name that was typed
};
std::string_view name_of(Approval approval) noexcept;

// What the protected person agreed to, and who answers for the record. Names are those of staff or roles
// ("the person", "legal representative"), never of the protected person.
struct Consent {
    std::string scope;        // of "pictures", "videos" and "faces" one or several, with commas between
    std::string given_by;     // role of who gave it
    std::string recorded_by;  // account
    std::string approved_by;  // account; empty while it waits
    std::string text_version; // of the text that was read and agreed to
    Timestamp given_at{};
    Timestamp expires_at{};
    Approval approval = Approval::none;
    std::optional<Timestamp> approved_at{};

    friend bool operator==(const Consent&, const Consent&) = default;
};

enum class CaseState : std::uint8_t { open, withdrawn };

// One protected person under a pseudonym.
struct Case {
    CaseId id;
    std::string pseudonym; // "C-7F3K"
    CaseState state = CaseState::open;
    Timestamp opened_at{};
    Consent consent;
    Bytes public_key;                 // X25519; references are sealed to it
    Bytes sealed_secret_key;          // sealed to the installation's public key; empty once withdrawn
    std::optional<Consent> renewal{}; // waits for approval while `consent` is in force
};

// One enrolled picture of a case: fingerprints only, sealed to the case's key.
struct Reference {
    ReferenceId id;
    CaseId case_id;
    std::string name; // short name given by the operator, unique in the case: "R-01"
    Bytes sealed;     // matcher's reference record
    int extractor_version = 0;
    int quality_percent = 0;
    bool weak = false;           // few or poor fingerprints: may be missed
    std::int64_t generation = 0; // of the reference set at which it was added or renewed
    Timestamp added_at{};
    // Of a hash-only reference: the list that it came with, and the kind of its hash ("pdq"). Empty where the
    // picture itself was read.
    std::string list{};
    std::string hash_kind{};

    // Of a reference that is a video so many frames are kept; 0: it is a picture, or a hash.
    int frames = 0;

    bool is_hash_only() const noexcept { return !hash_kind.empty(); }
};

} // namespace stillwatch
