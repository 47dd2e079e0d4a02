#pragma once

#include "core/clock.hpp"
#include "core/id.hpp"
#include "store/stopped_host.hpp"

#include <cstdint>
#include <string>
#include <vector>

// How cases end, and what must stay ended.
namespace stillwatch::store {

// What must stay gone where an older copy of the database takes the place of this one.
struct Tombstones {
    struct RemovedReference {
        ReferenceId id; // never given twice
        std::string pseudonym;
    };
    std::vector<std::string> withdrawn; // pseudonyms
    std::vector<RemovedReference> removed;
    std::vector<StoppedHost> stopped;
};

// Wrong PINs under one case number, and when the next may be tried (cases/pin_attempts.hpp).
struct PinTries {
    int failures = 0;
    Timestamp not_before{};
};

// Whether the file is rebuilt at once, so that no erased byte stays in it, or when erase_owed is called: by
// one who first has something more urgent to do, since it takes seconds for ten thousand references.
enum class Erasure : std::uint8_t { now, owed };

// What a withdrawal erased.
struct Erased {
    std::int64_t references = 0;
    std::int64_t findings = 0;
    std::vector<std::string> evidence_files; // names of the packages that must go too
    std::int64_t audit_seq = 0; // the line that records it; 0 for a case that was withdrawn before
};

} // namespace stillwatch::store
