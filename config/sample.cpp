#include "config/sample.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

namespace stillwatch::config {

namespace {

// A TOML basic string (toml.io/en/v1.0.0, "String").
std::string toml_string(std::string_view text)
{
    std::string result = "\"";
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\')
            result += fmt::format("\\{}", letter);
        else if (code < 0x20 || code == 0x7F)
            result += fmt::format("\\u{:04X}", static_cast<unsigned>(code));
        else
            result.push_back(letter);
    }
    return result + "\"";
}

std::string quoted_list(const std::vector<std::string>& texts)
{
    std::vector<std::string> items;
    for (const auto& text : texts)
        items.push_back(toml_string(text));
    return fmt::format("[{}]", fmt::join(items, ", "));
}

std::map<std::string, std::string> chosen_values(const InitialChoices& choices)
{
    std::map<std::string, std::string> values;
    // A new installation must not go out under the sample's name.
    values["organisation.name"] = toml_string(choices.organisation);
    values["organisation.contact"] = toml_string(choices.contact);
    values["evidence.recipients"] = quoted_list(choices.recipients);
    if (!choices.storage_directory.empty())
        values["storage.directory"] = toml_string(choices.storage_directory);
    if (!choices.control_socket.empty()) values["control.socket"] = toml_string(choices.control_socket);
    if (!choices.metrics_listen.empty()) values["metrics.listen"] = toml_string(choices.metrics_listen);
    return values;
}

} // namespace

std::string initial_config(const InitialChoices& choices)
{
    const auto values = chosen_values(choices);
    std::string result;
    std::string section;
    bool example = false;
    std::string_view rest = sample_config();
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const auto line = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (line.starts_with('[')) {
            section = line.substr(1, line.find(']') - 1);
            example = line.starts_with("[[");
        }
        const auto key = line.substr(0, line.find(' '));
        const auto value = values.find(fmt::format("{}.{}", section, key));
        if (value != values.end())
            result += fmt::format("{} = {}\n", key, value->second);
        else if (example && !line.empty() && !line.starts_with('#'))
            result += fmt::format("# {}\n", line);
        else
            result += fmt::format("{}\n", line);
    }
    return result;
}

} // namespace stillwatch::config
