#pragma once

#include "core/digest.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "store/case_database.hpp"
#include "vault/sign.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// The audit log as a transparency log (docs/formats/audit.md): its lines are leaves of a tree, signed
// checkpoints say its root, and proofs show to others that a line stands in it or that nothing was rewritten.
namespace stillwatch::control {

// c2sp.org/tlog-checkpoint: origin, size and root, a line each.
struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    Sha256 root;

    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};
std::string write_checkpoint(const Checkpoint& checkpoint);
// Errors: malformed.
Result<Checkpoint> read_checkpoint(std::string_view text);

// Names the log: "stillwatch/" and the id of the installation's signing key.
std::string origin_of(const vault::VerifyKey& key);

// The checkpoint of the first `leaves`, signed.
std::string sign_checkpoint(std::span<const Sha256> leaves, const vault::SigningKey& key);
// The checkpoint of a note that this key signed. Errors: malformed, refused.
Result<Checkpoint> open_checkpoint(std::string_view note, const vault::VerifyKey& key);

// Keeps a checkpoint of the log as it stands, unless it has one of that size, and gives it. Errors: io.
Result<store::AuditCheckpoint> keep_checkpoint(store::CaseDatabase& cases, const vault::SigningKey& key,
                                               Timestamp now);

// That line `seq` stands in the log as it is. Errors: not_found.
Result<json::object> prove_line(const store::CaseDatabase& cases, std::int64_t seq,
                                const vault::SigningKey& key);
// That the log of `new_size` lines begins with that of `old_size`. Errors: invalid_argument.
Result<json::object> prove_growth(const store::CaseDatabase& cases, std::int64_t old_size,
                                  std::int64_t new_size, const vault::SigningKey& key);

// Checks a text that one of these two gave, with nothing but the log's public key, and says what it shows.
// Any text may come. Errors: malformed; refused (signed by another, or not so).
Result<json::object> check_proof(std::string_view text, const vault::VerifyKey& key);

// Whether rows and kept checkpoints agree: the chain, every signature, every root. Errors: corrupt, naming
// the first bad line or checkpoint.
Result<void> check_log(const store::CaseDatabase& cases, const vault::VerifyKey& key);
// Whether the log still begins with what a note that somebody kept elsewhere says. Errors: malformed, refused
// (signed by another), corrupt (rewritten or cut off since).
Result<void> check_kept_note(const store::CaseDatabase& cases, std::string_view note,
                             const vault::VerifyKey& key);

} // namespace stillwatch::control
