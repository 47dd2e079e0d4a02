#include "store/sqlite/frontier_database_impl.hpp"

// Reads and writes trails; what they decide stands in crawler/policy/trail.hpp.
namespace stillwatch::store {

std::vector<FrontierDatabase::Impl::StoredTrail*> FrontierDatabase::Impl::trails_of(HostId host,
                                                                                    std::string_view target)
{
    std::vector<StoredTrail*> found;
    for (const auto& pattern : crawler::trails_of(target)) {
        const Key128 key = keyed_hash(hash_key, as_bytes(pattern));
        const auto [entry, is_new] = trails.try_emplace({host, key});
        if (is_new) {
            auto row =
                connection.prepare("SELECT pages, news, dry FROM trail WHERE host_id = ?1 AND key = ?2");
            if (row.bind(host, ByteView(key)).step())
                entry->second = {{row.integer(0), row.integer(1), row.integer(2)}, false};
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
