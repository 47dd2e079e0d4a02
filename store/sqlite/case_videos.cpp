#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

// When in a video a finding is shown.
namespace stillwatch::store {

Result<void> CaseDatabase::note_video(FindingId id, const std::string& told)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("INSERT INTO finding_video (finding_id, told) SELECT id, ?2 FROM finding WHERE id = ?1 "
                     "ON CONFLICT (finding_id) DO UPDATE SET told = excluded.told")
            .bind(id, told)
            .run();
        if (connection.changed_rows() == 0)
            return Error{Errc::not_found, fmt::format("finding F-{}", id.value)};
        return {};
    });
}

std::optional<std::string> CaseDatabase::video_of(FindingId id) const
{
    auto row = impl_->connection.prepare("SELECT told FROM finding_video WHERE finding_id = ?1");
    if (!row.bind(id).step()) return std::nullopt;
    return row.text(0);
}

} // namespace stillwatch::store
