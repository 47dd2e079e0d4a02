#pragma once

#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "core/id.hpp"
#include "core/list_digests.hpp"
#include "matcher/agreement.hpp"
#include "matcher/alignment.hpp"

#include <memory_resource>
#include <optional>
#include <vector>

namespace stillwatch::matcher {

// A reference as it was opened: what to compare with, and whose it is.
struct EnrolledReference {
    ReferenceId reference;
    CaseId case_id;
    Sha256 file_digest;
    PictureFeatures features; // of Detail::reference
    // Of a hash-only reference all there is: no features, and the digests above are 0.
    std::optional<ListedHash> listed{};

    friend bool operator==(const EnrolledReference&, const EnrolledReference&) = default;
};

// What is local in one frame of a reference.
struct StoredFrame {
    Size size; // of the working frame
    std::pmr::vector<LocalFeature> features;
    StoredSignGrid sign_grid;
};

// A reference in the memory that holds references; shared by every set that has it.
struct StoredReference {
    // Copies; what it was given is the caller's to wipe (see wipe below).
    StoredReference(const EnrolledReference& enrolled, std::pmr::memory_resource& memory);

    ReferenceId reference;
    CaseId case_id;
    Sha256 file_digest;
    Sha256 data_digest;
    std::pmr::vector<Frame> frames; // eight fingerprints each, plain and trimmed
    std::pmr::vector<StoredFrame> local;
    std::pmr::vector<ListedHash> listed; // one where it is hash-only: then nothing else is known
    bool is_hash_only() const noexcept { return !listed.empty(); }
};

// Overwrites fingerprints, features and digests of references that were copied.
void wipe(std::vector<EnrolledReference>& references) noexcept;

} // namespace stillwatch::matcher
