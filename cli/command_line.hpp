#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

// How commands and their options are declared. CLI11 stands behind it, under its own names, and is read in
// few sources: its header alone costs the compiler five seconds in each.
namespace stillwatch::cli {

// One option, or one argument that is told by its place.
class Option {
public:
    explicit Option(CLI::Option& option) : option_(&option) {}
    Option required() const;
    Option capture_default_str() const; // `--help` tells the value it has now
    Option delimiter(char between) const;
    Option description(const std::string& text) const;
    Option between(int least, int most) const;
    Option one_of(const std::vector<std::string>& words) const;

private:
    CLI::Option* option_;
};

// One command. What options are read into must outlive the parsing.
class Command {
public:
    explicit Command(CLI::App& app) : app_(&app) {}
    Command add_subcommand(const std::string& name, const std::string& description) const;
    Command require_subcommand(int count) const;
    // Options of which a certain number must be given.
    Command add_option_group(const std::string& name, const std::string& description) const;
    Command require_option(int count) const;
    Command require_options(int least, int most) const;
    Option add_option(const std::string& name, std::string& value, const std::string& description) const;
    Option add_option(const std::string& name, int& value, const std::string& description) const;
    Option add_option(const std::string& name, std::int64_t& value, const std::string& description) const;
    Option add_option(const std::string& name, std::vector<std::string>& values,
                      const std::string& description) const;
    Option add_flag(const std::string& name, bool& value, const std::string& description) const;
    Option add_flag(const std::string& name) const; // one that only has to be there
    Command callback(std::function<void()> run) const;

private:
    CLI::App* app_;
};

} // namespace stillwatch::cli
