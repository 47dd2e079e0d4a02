#include "config/control_socket.hpp"

#include "config/config.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace stillwatch::config {

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text)
{
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// The text between quotes of one kind; a path has no need of escapes.
std::optional<std::string_view> quoted(std::string_view value)
{
    if (value.empty() || (value.front() != '"' && value.front() != '\'')) return std::nullopt;
    const auto end = value.find(value.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    return value.substr(1, end - 1);
}

} // namespace

std::filesystem::path control_socket(std::string_view text, const std::filesystem::path& file)
{
    std::filesystem::path found = Control{}.socket;
    std::string section;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = trimmed(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.starts_with('[')) {
            const auto close = line.find(']');
            section = trimmed(line.substr(1, close == std::string_view::npos ? close : close - 1));
            continue;
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const auto key = trimmed(line.substr(0, equals));
        const bool is_meant =
            section == "control" ? key == "socket" : section.empty() && key == "control.socket";
        const auto value = quoted(trimmed(line.substr(equals + 1)));
        if (is_meant && value && !value->empty()) found = std::filesystem::path(*value);
    }
    std::error_code error;
    const auto absolute = std::filesystem::absolute(file, error);
    return ((error ? file : absolute).parent_path() / found).lexically_normal();
}

std::filesystem::path control_socket(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    return control_socket(text, file);
}

} // namespace stillwatch::config
