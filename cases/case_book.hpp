#pragma once

#include "cases/consent.hpp"
#include "core/case.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "store/case_database.hpp"
#include "vault/seal.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::cases {

// What a withdrawal did, to be given to the person.
struct WithdrawalReceipt {
    std::string pseudonym;
    Timestamp at{};
    std::size_t references_erased = 0;
    std::size_t findings_erased = 0;
    std::vector<std::string> evidence_files; // names of the packages that must go too
    std::int64_t audit_seq = 0;              // the audit line that records it
};

// The rules about protected people: what may be opened, renewed, enrolled and withdrawn. Needs no secret key.
// Store thread only; the database must outlive it.
class CaseBook {
public:
    // `installation`: the public key to which each case's secret is sealed.
    CaseBook(store::CaseDatabase& database, vault::PublicKey installation)
        : database_(database), installation_(installation)
    {
    }

    // A new case under a pseudonym of its own. The actor has recorded the consent; under the rule of a second
    // person it waits for approve(). Errors: invalid_argument (the consent), io.
    Result<Case> open(Consent consent, ApprovalRule rule, const store::Actor& actor);
    // The consent before stays in force until this one is approved. Errors: not_found, refused (withdrawn),
    // invalid_argument (the consent), io.
    Result<Case> renew(std::string_view pseudonym, Consent consent, ApprovalRule rule,
                       const store::Actor& actor);
    // Makes valid what waits, or puts a second person behind what one person had approved. Errors: not_found,
    // refused (withdrawn; the actor recorded it), exists (a second person has approved it), io.
    Result<Case> approve(std::string_view pseudonym, const store::Actor& actor);
    // Destroys the case's key and erases what was known under it. Errors: not_found, refused (withdrawn, and
    // nothing is left to erase), io (also: withdrawn, but erased bytes may still stand in the file; withdraw
    // again).
    Result<WithdrawalReceipt> withdraw(std::string_view pseudonym, const store::Actor& actor,
                                       store::Erasure erasure = store::Erasure::now);
    // Takes a sealed record; its name must be new in the case. Errors: not_found, refused (no valid consent),
    // invalid_argument (name, size), exists, io.
    Result<ReferenceId> enrol(std::string_view pseudonym, Reference draft, const store::Actor& actor);
    // Errors: not_found, io.
    Result<void> remove_reference(std::string_view pseudonym, std::string_view name,
                                  const store::Actor& actor, store::Erasure erasure = store::Erasure::now);
    // Errors: not_found.
    Result<Case> find(std::string_view pseudonym) const;

private:
    store::CaseDatabase& database_;
    vault::PublicKey installation_;
};

// Withdraws what `storage` says was withdrawn (store/tombstone_file.hpp) and stands open in the database: an
// older copy was put in its place. Gives these cases' pseudonyms; their evidence is unknown then and goes
// with what nobody knows. Errors: io.
Result<std::vector<std::string>> bury_again(store::CaseDatabase& database,
                                            const std::filesystem::path& storage, const store::Actor& actor);

} // namespace stillwatch::cases
