#include "store/sqlite/case_database_impl.hpp"

#include <fmt/format.h>

// Hosts that a person stopped. They stand among what must never be lost: a host that asked to be left alone
// is not asked again because the frontier was deleted.
namespace stillwatch::store {

Result<void> CaseDatabase::stop_host(const StoppedHost& host, const Actor& actor)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        impl_->connection
            .prepare(
                "INSERT INTO stopped_host (host_port, since, stopped_by, reason) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT DO UPDATE SET reason = excluded.reason")
            .bind(host.host, host.since, host.stopped_by, host.reason)
            .run();
        impl_->audit(actor, "host.stopped", host.host);
        return {};
    });
}

Result<void> CaseDatabase::resume_host(const std::string& host, const Actor& actor)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        impl_->connection.prepare("DELETE FROM stopped_host WHERE host_port = ?1").bind(host).run();
        if (impl_->connection.changed_rows() == 0)
            return Error{Errc::not_found, fmt::format("{} is not stopped", host)};
        impl_->audit(actor, "host.resumed", host);
        return {};
    });
}

std::vector<StoppedHost> CaseDatabase::stopped_hosts() const
{
    auto row = impl_->connection.prepare(
        "SELECT host_port, since, stopped_by, reason FROM stopped_host ORDER BY host_port");
    std::vector<StoppedHost> result;
    while (row.step())
        result.push_back({row.text(0), row.time(1), row.text(2), row.text(3)});
    return result;
}

} // namespace stillwatch::store
