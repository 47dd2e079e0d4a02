#include "store/sqlite/frontier_file.hpp"
#include "store/sqlite/frontier_sql.hpp"

// Rows of `tally` and `rate_tally`: how many addresses there are of each kind, kept with each change.
namespace stillwatch::store {

void FrontierFile::add_to_tally(const Shelf& shelf, std::int64_t addresses)
{
    connection_
        .prepare("INSERT INTO tally (host_id, kind, outcome, generation, urls) VALUES (?1, ?2, ?3, ?4, ?5) "
                 "ON CONFLICT DO UPDATE SET urls = urls + excluded.urls")
        .bind(shelf.host, shelf.kind, shelf.outcome, shelf.generation, addresses)
        .run();
    connection_
        .prepare("DELETE FROM tally WHERE host_id = ?1 AND kind = ?2 AND outcome = ?3 AND generation = "
                 "?4 AND urls = 0")
        .bind(shelf.host, shelf.kind, shelf.outcome, shelf.generation)
        .run();
}

Tally FrontierFile::tally_of(std::optional<std::string> site)
{
    auto row = connection_.prepare(
        site ? "SELECT t.host_id, t.kind, t.outcome, t.generation, t.urls FROM tally t JOIN host h ON h.id = "
               "t.host_id JOIN site s ON s.id = h.site_id WHERE h.enabled = 1 AND s.name = ?1"
             : "SELECT t.host_id, t.kind, t.outcome, t.generation, t.urls FROM tally t JOIN host h ON h.id = "
               "t.host_id WHERE h.enabled = 1");
    if (site) row.bind(*site);
    Tally tally;
    while (row.step())
        tally[{row.id<HostId>(0), static_cast<LinkKind>(row.small(1)), static_cast<Outcome>(row.small(2)),
               row.integer(3)}] = row.integer(4);
    return tally;
}

std::map<LinkKind, std::int64_t> FrontierFile::addresses_of(std::int64_t site)
{
    auto row = connection_.prepare("SELECT t.kind, sum(t.urls) FROM tally t JOIN host h ON h.id = t.host_id "
                                   "WHERE h.site_id = ?1 GROUP BY t.kind");
    row.bind(site);
    std::map<LinkKind, std::int64_t> addresses;
    while (row.step())
        addresses[static_cast<LinkKind>(row.small(0))] = row.integer(1);
    return addresses;
}

std::int64_t FrontierFile::highest_generation()
{
    return connection_.integer("SELECT ifnull(max(generation), 0) FROM tally");
}

void FrontierFile::add_to_rates(HostId host, int level, std::int64_t pages)
{
    connection_
        .prepare("INSERT INTO rate_tally (host_id, level, urls) VALUES (?1, ?2, ?3) "
                 "ON CONFLICT DO UPDATE SET urls = urls + excluded.urls")
        .bind(host, level, pages)
        .run();
}

std::vector<RateCount> FrontierFile::rates_of(const std::string& site)
{
    auto row = connection_.prepare(
        "SELECT t.level, sum(t.urls) FROM rate_tally t JOIN host h ON h.id = t.host_id JOIN site s ON s.id = "
        "h.site_id "
        "WHERE s.name = ?1 AND h.enabled = 1 AND t.urls > 0 GROUP BY t.level ORDER BY t.level");
    row.bind(site);
    std::vector<RateCount> result;
    while (row.step())
        result.push_back({row.small(0), row.integer(1)});
    return result;
}

} // namespace stillwatch::store
