#include "store/sqlite/frontier_file.hpp"

// Rows of `link`: who names what.
namespace stillwatch::store {

bool FrontierFile::add_naming(UrlId target, const Naming& naming)
{
    connection_
        .prepare("INSERT INTO link (target, page, mechanism, seen, item) VALUES (?1, ?2, ?3, ?4, ?5) "
                 "ON CONFLICT DO NOTHING")
        .bind(target, naming.page, naming.mechanism, naming.seen, naming.item)
        .run();
    return connection_.changed_rows() > 0;
}

void FrontierFile::set_item(UrlId target, UrlId page, UrlId item)
{
    connection_.prepare("UPDATE link SET item = ?3 WHERE target = ?1 AND page = ?2 AND item <> ?3")
        .bind(target, page, item)
        .run();
}

std::size_t FrontierFile::count_namings(UrlId target, std::size_t most)
{
    auto row = connection_.prepare("SELECT count(*) FROM (SELECT 1 FROM link WHERE target = ?1 LIMIT ?2)");
    return row.bind(target, most).step() ? static_cast<std::size_t>(row.integer(0)) : 0;
}

std::vector<Naming> FrontierFile::namings_of(UrlId target)
{
    auto row =
        connection_.prepare("SELECT page, mechanism, seen, item FROM link WHERE target = ?1 ORDER BY page");
    row.bind(target);
    std::vector<Naming> namings;
    while (row.step())
        namings.push_back(
            {row.id<UrlId>(0), static_cast<Mechanism>(row.small(1)), row.time(2), row.id<UrlId>(3)});
    return namings;
}

std::int64_t FrontierFile::forget_namings(UrlId target)
{
    connection_.prepare("DELETE FROM link WHERE target = ?1").bind(target).run();
    return connection_.changed_rows();
}

UrlId FrontierFile::page_that_came_to_name(UrlId target)
{
    auto row =
        connection_.prepare("SELECT l.page FROM link l JOIN url p ON p.id = l.page WHERE l.target = ?1 "
                            "AND l.seen = p.last_visit ORDER BY l.page LIMIT 1");
    return row.bind(target).step() ? row.id<UrlId>(0) : UrlId{};
}

} // namespace stillwatch::store
