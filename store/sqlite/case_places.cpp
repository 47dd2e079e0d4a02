#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

// Where the pictures of a case may stay.
namespace stillwatch::store {

Result<std::int64_t> CaseDatabase::add_place(CaseId id, const Bytes& sealed, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<std::int64_t> {
        std::string pseudonym;
        {
            auto row =
                connection.prepare(R"sql(SELECT pseudonym FROM "case" WHERE id = ?1 AND state = 'open')sql");
            if (!row.bind(id).step()) return Error{Errc::refused, "the case is withdrawn"};
            pseudonym = row.text(0);
        }
        connection
            .prepare(
                "INSERT INTO consented_place (case_id, sealed, added_at, added_by) VALUES (?1, ?2, ?3, ?4)")
            .bind(id, sealed, actor.at, actor.name)
            .run();
        const auto number = connection.last_row_id();
        impl_->audit(actor, "place.add", fmt::format("{} place {}", pseudonym, number));
        return number;
    });
}

Result<void> CaseDatabase::remove_place(CaseId id, std::int64_t number, const Actor& actor)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection.prepare("DELETE FROM consented_place WHERE id = ?1 AND case_id = ?2")
            .bind(number, id)
            .run();
        if (connection.changed_rows() == 0) return Error{Errc::not_found, fmt::format("place {}", number)};
        impl_->owe_erasure();
        const auto c = find_case(id);
        impl_->audit(actor, "place.remove", fmt::format("{} place {}", c ? c->pseudonym : "", number));
        return {};
    });
}

std::vector<PlaceRow> CaseDatabase::places_of(CaseId id) const
{
    auto row = impl_->connection.prepare(
        "SELECT id, sealed, added_at, added_by FROM consented_place WHERE case_id = ?1 ORDER BY id");
    row.bind(id);
    std::vector<PlaceRow> places;
    while (row.step())
        places.push_back({row.integer(0), row.blob(1), row.time(2), row.text(3)});
    return places;
}

Result<void> CaseDatabase::count_as_consented(const std::vector<FindingId>& findings)
{
    auto& connection = impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        for (const auto id : findings)
            connection.prepare("UPDATE finding SET consented = 1 WHERE id = ?1").bind(id).run();
        return {};
    });
}

} // namespace stillwatch::store
