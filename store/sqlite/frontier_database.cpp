#include "store/sqlite/frontier_database_impl.hpp"

#include "core/log.hpp"
#include "store/sqlite/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stillwatch::store {

namespace {

constexpr ConnectionSettings frontier_settings{
    .sync_every_commit = false, .erase_deleted = false, .cache_kib = 64 * 1024, .checkpoint_pages = 16'384};

// Of a site on average. Evidence asks for 32 pages of a picture, of which nearly all have one to three.
constexpr std::int64_t namings_of_an_address = 4;

// The key is made with the database: a site cannot find two addresses that collide, and so cannot hide one.
Key128 installation_key(Connection& connection)
{
    Key128 key = random_key();
    connection.prepare("INSERT INTO meta (name, value) VALUES ('hash_key', ?1) ON CONFLICT DO NOTHING")
        .bind(ByteView(key))
        .run();
    auto row = connection.prepare("SELECT value FROM meta WHERE name = 'hash_key'");
    if (!row.step()) throw SqliteError(Errc::corrupt, "the frontier has no key");
    const Bytes stored = row.blob(0);
    if (stored.size() != key.size()) throw SqliteError(Errc::corrupt, "the frontier's key is damaged");
    std::copy(stored.begin(), stored.end(), key.begin());
    return key;
}

} // namespace

std::string_view name_of(Outcome outcome) noexcept
{
    static constexpr std::array<std::string_view, 13> names{
        "unvisited", "page",        "compared", "unchanged", "undecodable", "too_small", "other",
        "gone",      "unreachable", "refused",  "moved",     "disallowed",  "waiting"};
    const auto index = static_cast<std::size_t>(outcome);
    return index < names.size() ? names[index] : "unknown";
}

FrontierDatabase::Impl::Impl(const std::filesystem::path& file) : connection(file, frontier_settings)
{
    migrate(connection, frontier_schema);
    hash_key = installation_key(connection);
    if (meta("erasing")) erase();
}

void FrontierDatabase::Impl::write_tally()
{
    for (const auto& [shelf, urls] : moves) {
        if (urls == 0) continue;
        connection
            .prepare(
                "INSERT INTO tally (host_id, kind, outcome, generation, urls) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT DO UPDATE SET urls = urls + excluded.urls")
            .bind(shelf.host, shelf.kind, shelf.outcome, shelf.generation, urls)
            .run();
        connection
            .prepare("DELETE FROM tally WHERE host_id = ?1 AND kind = ?2 AND outcome = ?3 AND generation = "
                     "?4 AND urls = 0")
            .bind(shelf.host, shelf.kind, shelf.outcome, shelf.generation)
            .run();
    }
    moves.clear();
}

HostId FrontierDatabase::Impl::host_of(const Url& url)
{
    std::string origin = url.origin();
    if (const auto known = hosts.find(origin); known != hosts.end()) return known->second;
    {
        auto row = connection.prepare("SELECT id FROM host WHERE origin = ?1 AND enabled = 1");
        if (row.bind(origin).step()) return hosts.emplace(std::move(origin), row.id<HostId>(0)).first->second;
    }
    const std::string host_port = url.host_port();
    connection
        .prepare("INSERT INTO host (site_id, origin, host_port, enabled) "
                 "SELECT site_id, ?1, ?2, 1 FROM site_host WHERE host_port = ?2 ON CONFLICT DO NOTHING")
        .bind(origin, host_port)
        .run();
    if (connection.changed_rows() == 0)
        return HostId{}; // not on the list: not remembered, strangers choose these
    return hosts.emplace(std::move(origin), HostId{connection.last_row_id()}).first->second;
}

FrontierDatabase::Impl::Room* FrontierDatabase::Impl::room_of(HostId host)
{
    auto& room = rooms[host];
    if (!room) {
        Room read;
        {
            auto row = connection.prepare(
                "SELECT s.id, s.max_pages, s.max_images, s.namings FROM host h JOIN site s ON "
                "s.id = h.site_id WHERE h.id = ?1");
            if (!row.bind(host).step()) return nullptr;
            read = {row.integer(0), row.integer(1), row.integer(2), 0};
            read.namings = namings_of_an_address * (read.pages + read.images) - row.integer(3);
        }
        for (const auto& [other, shared] : rooms)
            if (shared && shared->site == read.site) room = shared;
        if (!room) {
            auto row =
                connection.prepare("SELECT t.kind, sum(t.urls) FROM tally t JOIN host h ON h.id = t.host_id "
                                   "WHERE h.site_id = ?1 GROUP BY t.kind");
            row.bind(read.site);
            while (row.step())
                (static_cast<LinkKind>(row.small(0)) == LinkKind::page ? read.pages : read.images) -=
                    row.integer(1);
            room = std::make_shared<Room>(read);
        }
    }
    return room.get();
}

std::int64_t FrontierDatabase::Impl::pages_left(HostId host)
{
    const auto* room = room_of(host);
    return room ? room->pages : 0;
}

bool FrontierDatabase::Impl::takes_up(HostId host, LinkKind kind)
{
    auto* room = room_of(host);
    if (!room) return false;
    auto& left = kind == LinkKind::page ? room->pages : room->images;
    if (left <= 0) {
        reached(host, kind == LinkKind::page ? "site_full_of_pages" : "site_full_of_pictures");
        return false;
    }
    if (--left == 0)
        log::warn("frontier", "site has as many addresses as it may; further ones are not taken up",
                  {{"site", room->site}, {"kind", name_of(kind)}});
    return true;
}

std::optional<FrontierDatabase::Impl::Known>
FrontierDatabase::Impl::offer(const Url& url, LinkKind kind, int depth, Timestamp at, UrlId parent)
{
    const HostId host = host_of(url);
    if (!host) return std::nullopt;
    const Key128 key = keyed_hash(hash_key, as_bytes(url.target()));
    {
        auto row = connection.prepare("SELECT u.id, u.kind, u.outcome, u.depth, u.redirect_to, u.named_often "
                                      "FROM url_key k JOIN url u ON u.id = k.id "
                                      "WHERE k.host_id = ?1 AND k.key = ?2");
        if (row.bind(host, ByteView(key)).step()) {
            Known known{row.id<UrlId>(0),
                        false,
                        static_cast<LinkKind>(row.small(1)),
                        static_cast<Outcome>(row.small(2)),
                        row.flag(4),
                        row.flag(5)};
            if (row.small(3) > depth)
                connection.prepare("UPDATE url SET depth = ?2 WHERE id = ?1").bind(known.id, depth).run();
            // A guess is overruled by a better one until the bytes have decided.
            if (known.outcome == Outcome::unvisited && known.kind == LinkKind::page &&
                kind == LinkKind::image) {
                connection.prepare("UPDATE url SET kind = ?2, barren = 0 WHERE id = ?1")
                    .bind(known.id, kind)
                    .run();
                --moves[{host, known.kind, known.outcome, 0}];
                ++moves[{host, kind, known.outcome, 0}];
                known.kind = kind;
            }
            return known;
        }
    }
    bool is_barren = false;
    if (depth > 0) { // seeds are the operator's choice
        std::vector<StoredTrail*> trails_here;
        if (kind == LinkKind::page && pages_left(host) > 0) trails_here = trails_of(host, url.target());
        for (const auto* trail : trails_here) {
            is_barren = is_barren || trail->is_dry();
            if (trail->may_grow(pages_left(host))) continue;
            left_out_unproven = left_out_unproven || !trail->is_dry();
            reached(host, "trail_full");
            return std::nullopt;
        }
        if (!takes_up(host, kind)) return std::nullopt;
        for (auto* trail : trails_here) {
            ++trail->pages;
            trail->is_changed = true;
        }
    }
    connection
        .prepare("INSERT INTO url (host_id, kind, depth, due, target, barren, parent) VALUES (?1, ?2, ?3, "
                 "?4, ?5, ?6, ?7)")
        .bind(host, kind, depth, at, url.target(), is_barren, parent)
        .run();
    const UrlId id{connection.last_row_id()};
    connection.prepare("INSERT INTO url_key (host_id, key, id) VALUES (?1, ?2, ?3)")
        .bind(host, ByteView(key), id)
        .run();
    ++moves[{host, kind, Outcome::unvisited, 0}];
    return Known{id, true, kind, Outcome::unvisited, false, false};
}

FrontierDatabase::FrontierDatabase(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
FrontierDatabase::~FrontierDatabase() = default;
FrontierDatabase::FrontierDatabase(FrontierDatabase&&) noexcept = default;

Result<void> FrontierDatabase::set_sites(const std::vector<SiteRow>& sites)
{
    auto& connection = impl_->connection;
    return impl_->change([&]() -> Result<void> {
        impl_->hosts.clear();
        impl_->rooms.clear();
        connection.prepare("CREATE TEMP TABLE listed_before AS SELECT host_port, site_id FROM site_host")
            .run();
        connection.prepare("DELETE FROM site_host").run();
        connection.prepare("UPDATE site SET enabled = 0").run();
        for (const auto& site : sites) {
            connection
                .prepare("INSERT INTO site (name, enabled, max_pages, max_images, max_pages_per_day, "
                         "max_bytes_per_day) "
                         "VALUES (?1, 1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET enabled = 1, "
                         "max_pages = excluded.max_pages, max_images = excluded.max_images, "
                         "max_pages_per_day = excluded.max_pages_per_day, max_bytes_per_day = "
                         "excluded.max_bytes_per_day")
                .bind(site.name, site.max_pages, site.max_images(), site.max_pages_per_day,
                      site.max_bytes_per_day)
                .run();
            impl_->look_again_if_sent_otherwise(site);
            std::vector<std::string> listed = site.hosts;
            for (const auto& seed : site.seeds)
                listed.push_back(seed.host_port()); // a seed is meant to be visited
            for (const auto& host_port : listed)
                connection
                    .prepare(
                        "INSERT INTO site_host (host_port, site_id) SELECT ?1, id FROM site WHERE name = ?2 "
                        "ON CONFLICT DO NOTHING")
                    .bind(host_port, site.name)
                    .run();
        }
        connection
            .prepare(
                "UPDATE host SET (site_id, enabled) = (SELECT ifnull(max(l.site_id), host.site_id), count(*) "
                "FROM site_host l WHERE l.host_port = host.host_port)")
            .run();
        // Pages of a site that has a host more may name what was left out before: they are read again,
        // whether their bytes changed or not.
        connection
            .prepare(
                "UPDATE url SET content = NULL, etag = '', last_modified = '', due = 0 WHERE kind = 0 AND "
                "outcome <> 0 AND host_id IN (SELECT h.id FROM host h WHERE h.enabled = 1 AND EXISTS (SELECT "
                "host_port FROM site_host n WHERE n.site_id = h.site_id EXCEPT SELECT host_port FROM "
                "listed_before b WHERE b.site_id = h.site_id))")
            .run();
        connection.prepare("DROP TABLE listed_before").run();
        for (const auto& site : sites)
            for (const auto& seed : site.seeds)
                (void)impl_->offer(seed, LinkKind::page, 0, Timestamp{}, {}); // its host is listed: see above
        return {};
    });
}

Result<void> FrontierDatabase::release_leases()
{
    return impl_->change([&]() -> Result<void> {
        impl_->connection
            .prepare("UPDATE url INDEXED BY url_leased SET lease_until = 0, named_again = (named_again <> 0) "
                     "WHERE lease_until <> 0")
            .run();
        return {};
    });
}

Result<void> FrontierDatabase::start_pass(Timestamp now)
{
    return impl_->change([&]() -> Result<void> {
        impl_->connection.prepare("UPDATE url SET due = ?1 WHERE kind = 0 AND outcome <> 0 AND due > ?1")
            .bind(now)
            .run();
        return {};
    });
}

Result<void> FrontierDatabase::set_backoff(HostId host, Timestamp until, int errors_in_a_row)
{
    return impl_->change([&]() -> Result<void> {
        impl_->connection.prepare("UPDATE host SET backoff_until = ?2, errors_in_a_row = ?3 WHERE id = ?1")
            .bind(host, until, errors_in_a_row)
            .run();
        return {};
    });
}

std::string FrontierDatabase::integrity() const
{
    return integrity_of(impl_->connection);
}

} // namespace stillwatch::store
