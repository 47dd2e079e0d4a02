#pragma once

#include "store/case_database.hpp"
#include "store/sqlite/sqlite_handle.hpp"

#include <string>
#include <string_view>

namespace stillwatch::store {

// Days since 1970 (UTC).
inline std::int64_t day_of(Timestamp at) noexcept
{
    return at.time_since_epoch().count() / 86'400'000;
}

class CaseDatabase::Impl {
public:
    explicit Impl(const std::filesystem::path& file);

    // Appends an audit line and gives its number; called inside the transaction of what it tells.
    std::int64_t audit(const Actor& actor, std::string_view action, std::string_view object);
    // Adds one to the generation and gives the new one.
    std::int64_t next_generation();
    // The case's references count as new: nothing was compared with them.
    void compare_anew(CaseId id);
    // Says that there are other references now, or that others are in force.
    void change_references_state();
    // Everything must be compared with every reference once more.
    std::int64_t raise_for_all(const Actor& actor);
    // Overwrites what deleted rows left behind, in the database and in its log. It is owed from the deleting
    // transaction on (owe_erasure) and made up for at the next opening after a crash.
    void owe_erasure();
    void erase();

    Connection connection;
    std::vector<Sha256> audit_leaves; // of the lines read so far
};

} // namespace stillwatch::store
