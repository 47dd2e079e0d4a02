#include "store/sqlite/frontier_file.hpp"

// Rows of `verdict` and `unread`: what is known of bytes.
namespace stillwatch::store {

namespace {

Verdict read_verdict(const Statement& row)
{
    Verdict verdict{row.digest(0), row.integer(1), row.small(2), row.flag(3), row.flag(4), row.flag(5)};
    if (!row.is_null(6)) verdict.file = row.digest(6);
    return verdict;
}

} // namespace

std::optional<Verdict> FrontierFile::verdict(const Sha256& content)
{
    auto row = connection_.prepare("SELECT content, generation, extractor_version, matched, "
                                   "undecodable, too_small, file FROM verdict WHERE content = ?1");
    if (!row.bind(content).step()) return std::nullopt;
    return read_verdict(row);
}

void FrontierFile::put_verdict(const Verdict& verdict)
{
    connection_
        .prepare(
            "INSERT INTO verdict (content, generation, extractor_version, matched, undecodable, "
            "too_small, file) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET generation = "
            "excluded.generation, extractor_version = excluded.extractor_version, matched = "
            "excluded.matched, undecodable = excluded.undecodable, too_small = excluded.too_small, "
            "file = excluded.file")
        .bind(verdict.content, verdict.generation, verdict.version, verdict.matched, verdict.undecodable,
              verdict.too_small, verdict.file)
        .run();
}

void FrontierFile::remove_verdict(const Sha256& content)
{
    connection_.prepare("DELETE FROM verdict WHERE content = ?1").bind(content).run();
}

std::vector<Verdict> FrontierFile::matched_verdicts()
{
    auto row =
        connection_.prepare("SELECT content, generation, extractor_version, matched, undecodable, "
                            "too_small, file FROM verdict INDEXED BY verdict_matched WHERE matched = 1");
    std::vector<Verdict> result;
    while (row.step())
        result.push_back(read_verdict(row));
    return result;
}

std::int64_t FrontierFile::count_verdicts()
{
    return connection_.integer("SELECT count(*) FROM verdict");
}

std::optional<Unread> FrontierFile::unread(const Sha256& content)
{
    auto row = connection_.prepare("SELECT losses, retry FROM unread WHERE content = ?1");
    if (!row.bind(content).step()) return std::nullopt;
    return Unread{content, row.small(0), row.time(1)};
}

void FrontierFile::put_unread(const Unread& unread)
{
    connection_
        .prepare("INSERT INTO unread (content, losses, retry) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET "
                 "losses = excluded.losses, retry = excluded.retry")
        .bind(unread.content, unread.losses, unread.retry)
        .run();
}

void FrontierFile::remove_unread(const Sha256& content)
{
    connection_.prepare("DELETE FROM unread WHERE content = ?1").bind(content).run();
}

void FrontierFile::remove_unread_before(Timestamp retry)
{
    connection_.prepare("DELETE FROM unread WHERE retry < ?1").bind(retry).run();
}

} // namespace stillwatch::store
