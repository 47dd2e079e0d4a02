#include "store/sqlite/frontier_sql.hpp"

#include "crawler/policy/due.hpp"

#include <fmt/format.h>

namespace stillwatch::store {

namespace {

template <class Enum>
int number(Enum value)
{
    return static_cast<int>(value);
}

} // namespace

std::string with_numbers(std::string_view statement)
{
    using crawler::NamedAgain;
    using crawler::Outcome;
    auto may_be_stale = fmt::format("u.kind <> {} AND (u.kind <> {} OR u.outcome <> {})",
                                    number(LinkKind::page), number(LinkKind::video), number(Outcome::other));
    for (const auto outcome : crawler::never_stale)
        may_be_stale += fmt::format(" AND u.outcome <> {}", number(outcome));
    const auto is_new = fmt::format("u.outcome = {} AND u.aside = 0", number(Outcome::unvisited));
    return fmt::format(
        fmt::runtime(statement), fmt::arg("page", number(LinkKind::page)),
        fmt::arg("image", number(LinkKind::image)), fmt::arg("video", number(LinkKind::video)),
        fmt::arg("other", number(Outcome::other)), fmt::arg("not_looked_at", crawler::not_looked_at),
        fmt::arg("unvisited", number(Outcome::unvisited)), fmt::arg("was_page", number(Outcome::page)),
        fmt::arg("unreachable", number(Outcome::unreachable)), fmt::arg("not_named", number(NamedAgain::no)),
        fmt::arg("named", number(NamedAgain::due)), fmt::arg("is_new", is_new),
        fmt::arg("may_be_stale", may_be_stale));
}

} // namespace stillwatch::store
