#pragma once

#include "core/bytes.hpp"
#include "core/digest.hpp"
#include "core/fingerprint.hpp"
#include "core/result.hpp"
#include "matcher/stored_reference.hpp"

#include <optional>
#include <string>
#include <vector>

namespace stillwatch::matcher {

// What is kept of a reference picture, before sealing: what can be compared, never the picture.
struct ReferenceRecord {
    int extractor_version = stillwatch::extractor_version;
    Sha256 file_digest;       // that of `features`, too
    PictureFeatures features; // of Detail::reference
    bool weak = false;
    std::string weak_reason; // one sentence for caseworkers, at most 512 bytes; empty unless weak

    // All that is known where the picture was never here; then the features are empty.
    std::optional<ListedHash> listed{};
    // Of a video one a working frame, in their order; made by matcher/video_reference.hpp.
    std::vector<ReferenceMoment> moments{};
    // Of a face all that is kept; then the features are empty.
    std::optional<ReferenceFace> face{};

    friend bool operator==(const ReferenceRecord&, const ReferenceRecord&) = default;
};

// Of a hash that others brought. It rests on no extractor, so every version reads it.
ReferenceRecord make_reference_record(const ListedHash& hash);

// Of a face. It rests on its models and on no extractor.
ReferenceRecord make_reference_record(ReferenceFace face);

// The record of a picture file and its features, with the weakness found.
ReferenceRecord make_reference_record(const Sha256& file_digest, PictureFeatures features);

// Bytes as docs/formats/reference.md describes them, and back. Errors of decoding: refused (made by another
// version of the extractor: the picture must be enrolled again), corrupt.
Bytes encode_reference(const ReferenceRecord& record);
Result<ReferenceRecord> decode_reference(ByteView bytes);

} // namespace stillwatch::matcher
