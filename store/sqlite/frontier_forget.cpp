#include "store/sqlite/frontier_database_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

// What pictures were compared with, and forgetting what ties them to a case.
namespace stillwatch::store {

namespace {

std::int64_t number_in(std::string_view& text)
{
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc()) throw SqliteError(Errc::corrupt, "the frontier's compared_under is damaged");
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    text.remove_prefix(std::min<std::size_t>(text.size(), 1));
    return number;
}

} // namespace

std::optional<Bytes> FrontierDatabase::Impl::meta(std::string_view name)
{
    auto row = connection.prepare("SELECT value FROM meta WHERE name = ?1");
    if (!row.bind(name).step()) return std::nullopt;
    return row.blob(0);
}

void FrontierDatabase::Impl::set_meta(std::string_view name, ByteView value)
{
    connection
        .prepare(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")
        .bind(name, value)
        .run();
}

std::optional<ComparedUnder> FrontierDatabase::compared_under() const
{
    if (const auto stored = impl_->meta("compared_under")) {
        auto text = as_text(*stored);
        ComparedUnder under;
        under.generation = number_in(text);
        under.state = number_in(text);
        return under;
    }
    const auto highest = impl_->connection.integer("SELECT ifnull(max(generation), 0) FROM tally");
    if (highest == 0) return std::nullopt;
    return ComparedUnder{highest, 0};
}

Result<void> FrontierDatabase::set_compared_under(const ComparedUnder& under)
{
    if (compared_under() == under) return {};
    return impl_->change([&]() -> Result<void> {
        const auto text = fmt::format("{} {}", under.generation, under.state);
        impl_->set_meta("compared_under", as_bytes(text));
        return {};
    });
}

void FrontierDatabase::Impl::forget_visits(UrlId id)
{
    Shelf before;
    int level = 0;
    {
        auto row = connection.prepare(
            "SELECT host_id, kind, outcome, generation, rate_level FROM url WHERE id = ?1");
        if (!row.bind(id).step()) return;
        before = {row.id<HostId>(0), static_cast<LinkKind>(row.small(1)), static_cast<Outcome>(row.small(2)),
                  row.integer(3)};
        level = row.small(4);
    }
    --moves[before];
    ++moves[{before.host, before.kind, Outcome::unvisited, 0}];
    count_rate(before.host, level, 0);
    connection
        .prepare(
            "UPDATE url SET outcome = 0, tries = 0, unchanged_in_a_row = 0, http_status = 0, named_again = "
            "0, due = 0, "
            "generation = 0, last_visit = 0, wire_bytes = 0, redirect_to = 0, content = NULL, etag = '', "
            "last_modified = '', news = 0, news_days = 0, rate_level = 0, barren = 0 WHERE id = ?1")
        .bind(id)
        .run();
}

Result<void> FrontierDatabase::forget_matches(const std::vector<Sha256>& still_matched,
                                              const std::vector<Url>& images)
{
    auto& connection = impl_->connection;
    const std::set<Sha256> kept(still_matched.begin(), still_matched.end());
    const auto forgotten = impl_->change([&]() -> Result<void> {
        std::vector<Sha256> gone;
        {
            auto row = connection.prepare("SELECT content, ifnull(file, content) FROM verdict INDEXED BY "
                                          "verdict_matched WHERE matched = 1");
            while (row.step())
                if (!kept.contains(row.digest(1))) gone.push_back(row.digest(0));
        }
        std::set<UrlId> addresses;
        for (const auto& image : images)
            if (const auto id = impl_->find(image)) addresses.insert(id);
        for (const auto id :
             addresses) { // whatever they showed last, their findings may have had other bytes
            auto row = connection.prepare(
                "SELECT u.content, ifnull(v.file, u.content) FROM url u LEFT JOIN verdict v "
                "ON v.content = u.content WHERE u.id = ?1 AND u.content IS NOT NULL");
            if (row.bind(id).step() && !kept.contains(row.digest(1))) gone.push_back(row.digest(0));
        }
        std::ranges::sort(gone);
        {
            auto row =
                connection.prepare("SELECT id, content FROM url WHERE content IS NOT NULL AND kind = 1");
            while (!gone.empty() && row.step())
                if (std::ranges::binary_search(gone, row.digest(1))) addresses.insert(row.id<UrlId>(0));
        }
        for (const auto id : addresses)
            impl_->forget_visits(id);
        for (const auto& content : gone)
            connection.prepare("DELETE FROM verdict WHERE content = ?1").bind(content).run();
        connection.prepare("UPDATE family SET recent = x'' WHERE recent <> x''")
            .run(); // parts of their digests
        impl_->families.clear();
        impl_->set_meta("erasing", as_bytes("1"));
        return {};
    });
    if (!forgotten) return forgotten;
    try {
        impl_->erase();
    } catch (const SqliteError& error) {
        return Error{
            error.code(),
            fmt::format("erased bytes may still stand in the file of addresses until the next start: {}",
                        error.what())};
    }
    return {};
}

void FrontierDatabase::Impl::erase()
{
    // As in the database of cases: rows that moved left copies in the free space of other pages. The last
    // change is synced with the emptied log only here, since this database syncs at checkpoints alone.
    connection.execute("VACUUM");
    connection.checkpoint();
    connection.execute("DELETE FROM meta WHERE name = 'erasing'");
    connection.checkpoint();
}

} // namespace stillwatch::store
