#include "store/sqlite/case_database_impl.hpp"

namespace stillwatch::store {

namespace {

constexpr std::size_t lines_a_step = 1000;

AuditLine read_line(const Statement& row)
{
    return {row.integer(0), row.time(1), row.text(2), row.text(3), row.text(4), row.digest(5), row.digest(6)};
}

} // namespace

std::int64_t CaseDatabase::Impl::audit(const Actor& actor, std::string_view action, std::string_view object)
{
    AuditLine line{1, actor.at, actor.name, std::string(action), std::string(object), {}, {}};
    {
        auto last = connection.prepare("SELECT seq, own FROM audit ORDER BY seq DESC LIMIT 1");
        if (last.step()) {
            line.seq = last.integer(0) + 1;
            line.previous = last.digest(1);
        }
    }
    line.own = audit_hash(line);
    connection
        .prepare("INSERT INTO audit (seq, at, actor, action, object, previous, own) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .bind(line.seq, line.at, line.actor, line.action, line.object, line.previous, line.own)
        .run();
    return line.seq;
}

Result<void> CaseDatabase::append_audit(const Actor& actor, std::string_view action, std::string_view object)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        impl_->audit(actor, action, object);
        return {};
    });
}

std::vector<AuditLine> CaseDatabase::audit(std::int64_t after_seq, std::size_t limit) const
{
    std::vector<AuditLine> result;
    auto row = impl_->connection.prepare("SELECT seq, at, actor, action, object, previous, own FROM audit "
                                         "WHERE seq > ?1 ORDER BY seq LIMIT ?2");
    row.bind(after_seq, limit);
    while (row.step())
        result.push_back(read_line(row));
    return result;
}

const std::vector<Sha256>& CaseDatabase::audit_leaves() const
{
    auto& leaves = impl_->audit_leaves;
    for (;;) {
        const auto lines = audit(static_cast<std::int64_t>(leaves.size()), lines_a_step);
        for (const auto& line : lines)
            leaves.push_back(leaf_of(line));
        if (lines.size() < lines_a_step) return leaves;
    }
}

std::vector<AuditCheckpoint> CaseDatabase::audit_checkpoints() const
{
    std::vector<AuditCheckpoint> result;
    auto row = impl_->connection.prepare("SELECT size, at, note FROM audit_checkpoint ORDER BY size");
    while (row.step())
        result.push_back({row.integer(0), row.time(1), row.text(2)});
    return result;
}

Result<void> CaseDatabase::add_audit_checkpoint(const AuditCheckpoint& checkpoint)
{
    return in_transaction(impl_->connection, [&]() -> Result<void> {
        impl_->connection
            .prepare(
                "INSERT INTO audit_checkpoint (size, at, note) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
            .bind(checkpoint.size, checkpoint.at, checkpoint.note)
            .run();
        return {};
    });
}

std::optional<std::int64_t> CaseDatabase::first_broken_audit_line() const
{
    std::int64_t seq = 0;
    Sha256 own;
    for (;;) {
        const auto lines = audit(seq, lines_a_step);
        if (const auto broken = first_broken_link(lines, seq, own)) return broken;
        if (!lines.empty()) {
            seq = lines.back().seq;
            own = lines.back().own;
            continue;
        }
        // SQLite remembers the highest number it gave: lines cut off at the end leave a gap to it.
        const auto given = impl_->connection.integer("SELECT seq FROM sqlite_sequence WHERE name = 'audit'");
        return given == seq ? std::nullopt : std::optional(seq + 1);
    }
}

} // namespace stillwatch::store
