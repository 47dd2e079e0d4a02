#pragma once

#include "core/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

// Manual pages and shell completion, written from the same tree of commands that `--help` prints and from the
// commented sample of the configuration: they cannot say anything else than the programs do.
namespace stillwatch::cli {

// man(7) text of one program or of one command with all below it. `section` is 1 or 8.
std::string manual_page(const CLI::App& app, int section, std::string_view see_also);

// man(7) text of the configuration file.
std::string configuration_page(std::string_view sample);

// A completion for bash(1).
std::string bash_completion(const CLI::App& app);

// Writes man/man1, man/man5, man/man8 and completions/ below `folder`. Errors: io.
Result<void> write_pages(const CLI::App& app, const CLI::App& daemon, const std::filesystem::path& folder);

} // namespace stillwatch::cli
