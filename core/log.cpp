#include "core/log.hpp"

#include "core/clock.hpp"
#include "core/printable.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>

namespace stillwatch::log {

namespace {

// Plain lines: the time and the fields are written by us, so that every line has one shape.
spdlog::logger& sink()
{
    static spdlog::logger logger("stillwatch", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    static const bool ready = [] {
        logger.set_pattern("%v");
        logger.set_level(spdlog::level::info);
        return true;
    }();
    (void)ready;
    return logger;
}

spdlog::level::level_enum to_spdlog(Level level)
{
    switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

void append_value(std::string& line, std::string_view value)
{
    bool plain = !value.empty();
    for (const char c : value)
        plain = plain && c > ' ' && static_cast<unsigned char>(c) < 0x7F && c != '"' && c != '\\';
    if (plain) {
        line += value;
        return;
    }
    line += '"';
    while (!value.empty()) {
        const auto character = value.substr(0, first_character(value).bytes);
        if (character == "\"" || character == "\\") line += '\\';
        line += printable(character);
        value.remove_prefix(character.size());
    }
    line += '"';
}

} // namespace

void set_level(Level level)
{
    sink().set_level(to_spdlog(level));
}

void write(Level level, std::string_view logger, std::string_view message,
           std::initializer_list<Field> fields)
{
    if (!sink().should_log(to_spdlog(level))) return;
    std::string line = fmt::format("{} {} {} {}", format_utc(SystemClock().now()),
                                   level_names[static_cast<std::size_t>(level)], logger, message);
    for (const auto& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    sink().log(to_spdlog(level), line);
}

} // namespace stillwatch::log
