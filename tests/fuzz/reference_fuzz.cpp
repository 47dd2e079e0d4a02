#include "matcher/reference_codec.hpp"
#include "tests/fuzz/claim.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

using namespace stillwatch;
using stillwatch::fuzz::claim;

// Records of references: of pictures, of videos (SWV1), of hashes. They come sealed, and who holds a case's
// public key may have made them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto record = matcher::decode_reference(bytes);
    if (!record) return 0;
    if (!record->moments.empty()) {
        const auto& features = record->features;
        claim(record->moments.size() <= matcher::EnrolledReference::max_moments, "few frames");
        claim(features.local.size() == record->moments.size() &&
                  features.sign_grid.size() == record->moments.size(),
              "one of each a frame");
        std::int64_t last_ms = -1;
        for (std::size_t i = 0; i < record->moments.size(); ++i) {
            claim(record->moments[i].time_ms > last_ms, "times rise");
            last_ms = record->moments[i].time_ms;
            claim(record->moments[i].searched_features <= features.local[i].features.size(),
                  "features that are");
        }
        for (const auto& frame : features.frames)
            claim(frame.number >= 0 && static_cast<std::size_t>(frame.number) < record->moments.size(),
                  "fingerprints of its frames");
    }
    // Each frame's features name the file's digest again, which is not compared: so only what was read
    // counts.
    const auto again = matcher::decode_reference(matcher::encode_reference(*record));
    claim(again && *again == *record, "what was read can be written");
    return 0;
}
