#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"
#include "matcher/reference_set.hpp"
#include "store/case_database.hpp"
#include "vault/seal.hpp"

#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::cases {

// A picture's fingerprints, sealed so that only the case's key opens them; what people are told of it stays
// in clear.
struct SealedReference {
    Bytes bytes;
    int quality_percent = 0;
    bool weak = false;
    std::string weak_reason;
};

// Errors: invalid_argument (`public_key` is not one of a case).
Result<SealedReference> seal_reference(ByteView public_key, std::string_view pseudonym, const PictureFeatures& features);

// A reference that could not be opened, and why: an older extractor's, or damaged.
struct RefusedReference {
    std::string pseudonym;
    std::string name;
    Error reason;
};

struct LoadedReferences {
    std::shared_ptr<const matcher::ReferenceSet> set;
    std::vector<RefusedReference> refused;
    std::optional<Timestamp> next_change; // when some consent begins or ends: load again then
};

// Opens the references of every case whose consent is valid at `now`; the keys of all other cases stay sealed.
// Clear fingerprints lie in `memory` only, which must outlive the set. Store thread. Throws
// vault::LockedMemoryError when memory cannot be locked.
LoadedReferences load_references(const store::CaseDatabase& database, const vault::KeyPair& installation, Timestamp now,
                                 std::pmr::memory_resource& memory);

} // namespace stillwatch::cases
