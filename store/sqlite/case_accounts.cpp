#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

// Accounts of the staff. They are disabled, never erased: the audit log names them.
namespace stillwatch::store {

std::vector<Account> CaseDatabase::accounts() const
{
    auto row = impl_->connection.prepare(
        "SELECT name, role, unix_user, disabled, added_at, added_by FROM account ORDER BY id");
    std::vector<Account> result;
    while (row.step()) {
        Account account{row.text(0), Role::none, row.text(2), row.flag(3), row.time(4), row.text(5)};
        account.role = role_from_name(row.text(1)).value_or(Role::none);
        result.push_back(std::move(account));
    }
    return result;
}

Result<void> CaseDatabase::add_account(const Account& account, const Actor& actor)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        auto same = impl_->connection.prepare("SELECT 1 FROM account WHERE name = ?1");
        if (same.bind(account.name).step()) return Error{Errc::exists, "account " + account.name};
        impl_->connection
            .prepare("INSERT INTO account (name, role, unix_user, disabled, added_at, added_by) "
                     "VALUES (?1, ?2, ?3, 0, ?4, ?5)")
            .bind(account.name, name_of(account.role), account.unix_user, actor.at, actor.name)
            .run();
        impl_->audit(actor, "account.add", fmt::format("{} {}", account.name, name_of(account.role)));
        return {};
    });
}

Result<void> CaseDatabase::disable_account(std::string_view name, const Actor& actor)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        impl_->connection.prepare("UPDATE account SET disabled = 1 WHERE name = ?1 AND disabled = 0")
            .bind(name)
            .run();
        if (impl_->connection.changed_rows() == 0)
            return Error{Errc::not_found, fmt::format("no enabled account {}", name)};
        impl_->audit(actor, "account.disable", name);
        return {};
    });
}

} // namespace stillwatch::store
