#include "store/sqlite/migrations.hpp"

#include "core/log.hpp"
#include "store/sqlite/sqlite_handle.hpp"

#include <fmt/format.h>

namespace stillwatch::store {

void migrate(Connection& connection, const Schema& schema)
{
    const auto newest = static_cast<std::int64_t>(schema.steps.size());
    const std::int64_t version = connection.integer("PRAGMA user_version");
    const std::int64_t kind = connection.integer("PRAGMA application_id");
    const bool empty = connection.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (kind != schema.application_id && !(empty && kind == 0 && version == 0))
        throw SqliteError(Errc::corrupt, fmt::format("{} is no Stillwatch {} database",
                                                     connection.file().string(), schema.name));
    if (version > newest)
        throw SqliteError(Errc::refused,
                          fmt::format("{} has schema version {}; this program knows versions up to {}: "
                                      "use the newer program or restore a backup",
                                      connection.file().string(), version, newest));
    if (!empty && version < newest)
        log::info("store", "database is brought forward; a large one takes minutes",
                  {{"file", connection.file().string()}, {"from", version}, {"to", newest}});
    for (std::int64_t step = version; step < newest; ++step) {
        Transaction transaction(connection);
        connection.execute(schema.steps[static_cast<std::size_t>(step)]);
        connection.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={};",
                                       schema.application_id, step + 1));
        transaction.commit();
    }
}

} // namespace stillwatch::store
