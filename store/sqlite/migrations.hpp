#pragma once

#include <cstdint>
#include <span>

namespace stillwatch::store {

class Connection;

// The steps of one database's schema: script number i leads to version i + 1. Steps are only ever added.
struct Schema {
    const char* name;            // "cases", for messages
    std::int32_t application_id; // PRAGMA application_id: what kind of file this is
    std::span<const char* const> steps;
};

extern const Schema case_schema;
extern const Schema frontier_schema;

// Brings the database to the newest version, each step in a transaction of its own. Throws SqliteError:
// corrupt (another kind of database), refused (made by a newer program), io.
void migrate(Connection& connection, const Schema& schema);

} // namespace stillwatch::store
