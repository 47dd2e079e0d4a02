#include "store/sqlite/frontier_database_impl.hpp"

#include <sstream>

// Visits of known pictures that somebody asks for beside the schedule.
namespace stillwatch::store {

Result<bool> FrontierDatabase::look_again(const Url& url, Timestamp at)
{
    bool is_due = false;
    const auto done = impl_->change([&]() -> Result<void> {
        const auto known = impl_->offer(url, LinkKind::image, 1, at, UrlId{});
        if (!known) return {};
        is_due = true;
        impl_->connection.prepare("UPDATE url SET due = min(due, ?2) WHERE id = ?1 AND outcome <> 0")
            .bind(known->id, at)
            .run();
        return {};
    });
    if (!done) return done.error();
    return is_due;
}

Result<void> FrontierDatabase::look_again_at(const Sha256& content, const std::string& origin, Timestamp at)
{
    return impl_->change([&]() -> Result<void> {
        impl_->connection
            .prepare("UPDATE url SET due = min(due, ?3) WHERE id IN (SELECT u.id FROM url u INDEXED BY "
                     "url_content JOIN host h ON h.id = u.host_id WHERE u.content = ?1 AND u.content IS NOT "
                     "NULL AND h.origin = ?2 AND u.outcome <> 0 LIMIT 10000)")
            .bind(content, origin, at)
            .run();
        return {};
    });
}

std::vector<Url> FrontierDatabase::ways_in(const std::string& site) const
{
    std::vector<Url> ways;
    auto row = impl_->connection.prepare("SELECT value FROM meta WHERE name = ?1");
    if (!row.bind("ways_in:" + site).step()) return ways;
    std::istringstream lines{std::string(as_text(row.blob(0)))};
    for (std::string line; std::getline(lines, line);)
        if (auto url = Url::parse(line)) ways.push_back(*std::move(url));
    return ways;
}

Result<void> FrontierDatabase::set_ways_in(const std::string& site, const std::vector<Url>& ways)
{
    std::string lines;
    for (const auto& way : ways)
        lines += way.text() + "\n";
    return impl_->change([&]() -> Result<void> {
        impl_->connection
            .prepare("INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = "
                     "excluded.value")
            .bind("ways_in:" + site, as_bytes(lines))
            .run();
        return {};
    });
}

} // namespace stillwatch::store
