#pragma once

#include <optional>
#include <span>
#include <string>

namespace CLI {
class App;
}

namespace stillwatch::cli {

// What is wrong with a command line that was refused, where it is a command or an option that does not exist:
// "unknown command \"finding\", did you mean \"findings\"?". Nothing where the fault is another.
std::optional<std::string> unknown_word(const CLI::App& app, std::span<const char* const> arguments);

} // namespace stillwatch::cli
