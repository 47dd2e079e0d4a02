#include "store/frontier_database_impl.hpp"
#include "store/trails.hpp"

// Which addresses of a host lead to pictures: what a maze makes must not keep out what a board has
// (docs/decisions/0010-trails.md).
namespace stillwatch::store {

std::vector<FrontierDatabase::Impl::Trail*> FrontierDatabase::Impl::trails_of(HostId host,
                                                                              std::string_view target)
{
    std::vector<Trail*> found;
    for (const auto& pattern : store::trails_of(target)) {
        const Key128 key = keyed_hash(hash_key, as_bytes(pattern));
        const auto [entry, is_new] = trails.try_emplace({host, key});
        if (is_new) {
            auto row =
                connection.prepare("SELECT pages, news, dry FROM trail WHERE host_id = ?1 AND key = ?2");
            if (row.bind(host, ByteView(key)).step())
                entry->second = {row.integer(0), row.integer(1), row.integer(2), false};
        }
        found.push_back(&entry->second);
    }
    return found;
}

void FrontierDatabase::Impl::write_trails()
{
    for (auto& [key, trail] : trails) {
        if (!trail.is_changed) continue; // a site that is full must not fill the table
        connection
            .prepare(
                "INSERT INTO trail (host_id, key, pages, news, dry) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT DO UPDATE SET pages = excluded.pages, news = excluded.news, dry = excluded.dry")
            .bind(key.first, ByteView(key.second), trail.pages, trail.news, trail.dry)
            .run();
        trail.is_changed = false;
    }
    if (trails.size() > most_remembered) trails.clear();
}

} // namespace stillwatch::store
