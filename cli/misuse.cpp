#include "cli/misuse.hpp"

#include "cli/output.hpp"
#include "config/nearest.hpp"

#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace stillwatch::cli {

namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app)
{
    return app.get_subcommands([](const CLI::App* command) {
        return !command->get_name().empty() && !command->get_group().empty();
    });
}

// Those of the command and, since they may stand behind it, of all above.
std::vector<const CLI::Option*> options_of(const CLI::App& app)
{
    std::vector<const CLI::Option*> options;
    for (const auto* level = &app; level; level = level->get_parent())
        for (const auto* option : level->get_options())
            options.push_back(option);
    return options;
}

std::string asked_for(std::string_view what, std::string_view typed, const std::vector<std::string>& known)
{
    auto text = fmt::format("unknown {} \"{}\"", what, printable(typed));
    if (const auto meant = config::nearest(typed, known))
        text += fmt::format(", did you mean \"{}\"?", *meant);
    return text;
}

} // namespace

std::optional<std::string> unknown_word(const CLI::App& app, std::span<const char* const> arguments)
{
    const auto* level = &app;
    bool is_value = false; // of the option before
    for (const std::string_view word : arguments) {
        if (word == "--") break;
        if (std::exchange(is_value, false)) continue;
        if (word.size() > 1 && word.front() == '-') {
            const auto name = word.substr(0, word.find('='));
            std::vector<std::string> known;
            const CLI::Option* found = nullptr;
            for (const auto* option : options_of(*level)) {
                for (const auto& long_name : option->get_lnames()) {
                    known.push_back("--" + long_name);
                    if (name == known.back()) found = option;
                }
                for (const auto& short_name : option->get_snames())
                    if (name == "-" + short_name) found = option;
            }
            if (!found) return asked_for("option", name, known);
            is_value = found->get_items_expected_min() > 0 && word.find('=') == std::string_view::npos;
            continue;
        }
        const auto commands = commands_of(*level);
        if (commands.empty()) break; // arguments of a command
        std::vector<std::string> known;
        for (const auto* command : commands)
            known.push_back(command->get_name());
        const auto named = std::ranges::find(known, word);
        if (named == known.end()) {
            auto text = asked_for("command", word, known);
            if (!text.ends_with('?')) text += fmt::format("; there are: {}", fmt::join(known, ", "));
            return text;
        }
        level = commands[static_cast<std::size_t>(named - known.begin())];
    }
    return std::nullopt;
}

} // namespace stillwatch::cli
