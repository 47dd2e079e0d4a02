#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace stillwatch::store {

// One line of the append-only, hash-linked record of who did what. Holds pseudonyms and numbers only.
struct AuditLine {
    std::int64_t seq = 0;
    Timestamp at{};
    std::string actor;  // user of the operator, or "stillwatchd"
    std::string action; // "case.open", "reference.add", "finding.record", …
    std::string object; // "C-7F3K", "F-12", …
    Sha256 previous;    // `own` of the line before; zeros for the first
    Sha256 own;         // SHA-256 over previous, seq, at, actor, action, object (docs/formats/audit.md)

    friend bool operator==(const AuditLine&, const AuditLine&) = default;
};

// What `own` of this line must be, whatever it holds.
Sha256 audit_hash(const AuditLine& line);

// The line as RFC 8785 writes JSON (docs/formats/audit.md).
std::string audit_entry(const AuditLine& line);

// The leaf that it is in the log's tree: RFC 6962 section 2.1 over that entry.
Sha256 leaf_of(const AuditLine& line);

// The signed root of the log's tree when it had `size` lines.
struct AuditCheckpoint {
    std::int64_t size = 0;
    Timestamp at{};
    std::string note; // vault/signed_note.hpp
};

// The seq of the first of these consecutive lines that does not follow from the line before it, whose seq and
// `own` are given (0 and zeros before the first line); nothing when all links hold.
std::optional<std::int64_t> first_broken_link(std::span<const AuditLine> lines, std::int64_t seq_before,
                                              const Sha256& own_before);

} // namespace stillwatch::store
