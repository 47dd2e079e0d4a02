#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace stillwatch::log {

// warn and error call for a person; info is rare and strangers cannot multiply it; debug is for us.
enum class Level { debug, info, warn, error };

// Sends lines of at least `level` to standard error; call once at the start of a program. The default is
// info.
void set_level(Level level);

// One key=value of a line; values with spaces, quotes or control characters are quoted and escaped.
struct Field {
    template <class T>
    Field(std::string_view name, const T& content) : key(name), value(fmt::format("{}", content))
    {
    }
    std::string_view key;
    std::string value;
};

// One event, one line: `2026-11-23T02:17:00.000Z level logger message key=value …`. Callable from any thread.
// Never give it page content, secrets or names of people.
void write(Level level, std::string_view logger, std::string_view message,
           std::initializer_list<Field> fields = {});

inline void debug(std::string_view logger, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::debug, logger, message, fields);
}
inline void info(std::string_view logger, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::info, logger, message, fields);
}
inline void warn(std::string_view logger, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::warn, logger, message, fields);
}
inline void error(std::string_view logger, std::string_view message, std::initializer_list<Field> fields = {})
{
    write(Level::error, logger, message, fields);
}

} // namespace stillwatch::log
