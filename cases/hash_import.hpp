#pragma once

#include "cases/hash_list.hpp"
#include "core/case.hpp"
#include "store/case_database.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// How records of a list become references of a case and cease to be
// (docs/decisions/0018-hash-only-references.md). Store thread.
namespace stillwatch::cases {

// Of one case; more of them would take long to open at each start.
constexpr std::int64_t max_hash_only_references = 50'000;
constexpr std::size_t max_list_name_bytes = 40;

struct ImportOutcome {
    std::vector<std::string>
        names; // of every record that stands, so that who has the whole list knows the rest
    std::int64_t added = 0;
    std::int64_t known = 0;
    std::int64_t erased = 0;   // withdrawn by who keeps the list
    std::int64_t left_out = 0; // above max_hash_only_references
};

// The name of a hash among the references of a case: the list's, and a keyed digest, so that the same hash
// has the same name at each import and no name tells of a hash.
std::string reference_name(ByteView key, std::string_view pseudonym, std::string_view list,
                           const ListedHash& hash);

// What is withdrawn is erased whatever the case's consent; adding needs a valid one. `key` is the
// installation's, kept for nothing else. Errors: refused (no valid consent, withdrawn), invalid_argument (the
// list's name), io.
Result<ImportOutcome> import_hashes(store::CaseDatabase& database, const Case& c, std::string_view list,
                                    std::span<const ListedRecord> records, ByteView key,
                                    const store::Actor& actor);

} // namespace stillwatch::cases
