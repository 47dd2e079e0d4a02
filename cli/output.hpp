#pragma once

#include "core/json.hpp"
#include "core/printable.hpp"
#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::cli {

// Exit codes of every command (sysexits.h for the last three; "not yet" is EX_TEMPFAIL).
enum Exit : int {
    exit_fine = 0,
    exit_failed = 1,
    exit_usage = 64,
    exit_not_yet = 75,
    exit_configuration = 78
};

// How results are printed: for people, or one JSON object a line.
enum class Style { text, json };

// Columns of the terminal that standard output is; nothing where it is a file or a pipe, which get lines of
// any length.
std::optional<std::size_t> terminal_width();

// Prints an object as "key  value" lines, or as one JSON line. Nested arrays of objects become tables below.
void print_object(Style style, const json::object& object);

// Prints rows as a table of `columns` (a missing member is an empty cell), or one JSON line a row.
// `nothing` is printed instead of an empty table. On a terminal, columns that do not fit stand below their
// row.
void print_rows(Style style, const json::array& rows, const std::vector<std::string_view>& columns,
                std::string_view nothing);

// JSON in one line, in which what a terminal would obey is escaped.
std::string one_line(const json::value& value);

// "stillwatch: not_found: no case C-7F3K" on standard error; gives exit_failed.
int print_error(const Error& error);

} // namespace stillwatch::cli
