#pragma once

#include <string>
#include <string_view>

namespace stillwatch::store {

// The statement with {names} in the place of the numbers that enumerations are stored as: {page}, {image} and
// {video} of LinkKind, {unvisited}, {was_page}, {other} and {unreachable} of Outcome, {not_looked_at},
// {not_named} and {named} of NamedAgain; and the two conditions on `url u` that partial indexes repeat word
// for word (frontier_schema.cpp), since SQLite uses an index only where it sees that: {is_new} and
// {may_be_stale}, as crawler/policy/due.hpp has them.
std::string with_numbers(std::string_view statement);

} // namespace stillwatch::store
