#include "store/notice_table.hpp"
#include "store/sqlite/case_database_impl.hpp"

// Whom to write to about hosts.
namespace stillwatch::store {

namespace {

constexpr std::chrono::hours kept_for{90 * 24};

} // namespace

std::optional<ContactRow> NoticeTable::contact_of(std::string_view host) const
{
    auto row = cases_.impl_->connection.prepare("SELECT host, looked_at, told FROM contact WHERE host = ?1");
    if (!row.bind(host).step()) return std::nullopt;
    return ContactRow{row.text(0), row.time(1), row.text(2)};
}

Result<void> NoticeTable::keep_contact(const ContactRow& contact)
{
    auto& connection = cases_.impl_->connection;
    return in_transaction(connection, [&]() -> Result<void> {
        connection
            .prepare("INSERT INTO contact (host, looked_at, told) VALUES (?1, ?2, ?3) ON CONFLICT (host) DO "
                     "UPDATE "
                     "SET looked_at = ?2, told = ?3")
            .bind(contact.host, contact.looked_at, contact.told)
            .run();
        connection.prepare("DELETE FROM contact WHERE looked_at < ?1")
            .bind(contact.looked_at - kept_for)
            .run();
        return {};
    });
}

} // namespace stillwatch::store
