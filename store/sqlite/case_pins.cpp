#include "store/sqlite/case_database_impl.hpp"

// PINs by which a protected person withdraws, and how often one was tried.
namespace stillwatch::store {

namespace {

constexpr std::int64_t most_claimed = 10'000; // numbers that attempts are remembered of

} // namespace

Result<void> CaseDatabase::set_pin(CaseId id, const std::string& hash, const Actor& actor)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        const auto found = find_case(id);
        if (!found) return Error{Errc::not_found, "no such case"};
        impl_->connection
            .prepare("INSERT INTO withdrawal_pin (case_id, hash) VALUES (?1, ?2) "
                     "ON CONFLICT DO UPDATE SET hash = excluded.hash")
            .bind(id, hash)
            .run();
        impl_->audit(actor, "case.pin", found->pseudonym);
        return {};
    });
}

std::string CaseDatabase::pin_of(CaseId id) const
{
    auto row = impl_->connection.prepare("SELECT hash FROM withdrawal_pin WHERE case_id = ?1");
    return row.bind(id).step() ? row.text(0) : "";
}

PinTries CaseDatabase::pin_tries(std::string_view claimed) const
{
    auto row = impl_->connection.prepare("SELECT failures, not_before FROM pin_attempt WHERE claimed = ?1");
    if (!row.bind(claimed).step()) return {};
    return {row.small(0), row.time(1)};
}

Result<void> CaseDatabase::note_pin_tries(std::string_view claimed, const PinTries& tries, const Actor& actor)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        impl_->connection
            .prepare("INSERT INTO pin_attempt (claimed, failures, not_before, at) VALUES (?1, ?2, ?3, ?4) "
                     "ON CONFLICT DO UPDATE SET failures = excluded.failures, "
                     "not_before = excluded.not_before, at = excluded.at")
            .bind(claimed, tries.failures, tries.not_before, actor.at)
            .run();
        impl_->connection
            .prepare("DELETE FROM pin_attempt WHERE claimed IN (SELECT claimed FROM pin_attempt "
                     "ORDER BY at DESC LIMIT -1 OFFSET ?1)")
            .bind(most_claimed)
            .run();
        impl_->audit(actor, "case.pin_refused", "");
        return {};
    });
}

} // namespace stillwatch::store
