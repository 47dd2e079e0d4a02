#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/id.hpp"

#include <cstdint>
#include <string>

namespace stillwatch {

// What the protected person agreed to, and who answers for the record. Names are those of staff or roles
// ("the person", "legal representative"), never of the protected person.
struct Consent {
    std::string scope;        // "pictures"; later also "pictures,faces"
    std::string given_by;     // role of who gave it
    std::string recorded_by;  // member of staff
    std::string approved_by;  // another member of staff
    std::string text_version; // of the text that was read and agreed to
    Timestamp given_at{};
    Timestamp expires_at{};

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
    Bytes public_key;        // X25519; references are sealed to it
    Bytes sealed_secret_key; // sealed to the installation's public key; empty once withdrawn
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
};

} // namespace stillwatch
