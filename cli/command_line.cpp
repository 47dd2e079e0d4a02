#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace stillwatch::cli {

Option Option::required() const
{
    return Option(*option_->required());
}

Option Option::capture_default_str() const
{
    return Option(*option_->capture_default_str());
}

Option Option::delimiter(char between) const
{
    return Option(*option_->delimiter(between));
}

Option Option::description(const std::string& text) const
{
    return Option(*option_->description(text));
}

Option Option::between(int least, int most) const
{
    return Option(*option_->check(CLI::Range(least, most)));
}

Option Option::one_of(const std::vector<std::string>& words) const
{
    return Option(*option_->check(CLI::IsMember(words)));
}

Command Command::add_subcommand(const std::string& name, const std::string& description) const
{
    return Command(*app_->add_subcommand(name, description));
}

Command Command::require_subcommand(int count) const
{
    return Command(*app_->require_subcommand(count));
}

Command Command::add_option_group(const std::string& name, const std::string& description) const
{
    return Command(*app_->add_option_group(name, description));
}

Command Command::require_option(int count) const
{
    return Command(*app_->require_option(count));
}

Command Command::require_options(int least, int most) const
{
    app_->require_option(static_cast<std::size_t>(least), static_cast<std::size_t>(most));
    return *this;
}

Option Command::add_option(const std::string& name, std::string& value, const std::string& description) const
{
    return Option(*app_->add_option(name, value, description));
}

Option Command::add_option(const std::string& name, int& value, const std::string& description) const
{
    return Option(*app_->add_option(name, value, description));
}

Option Command::add_option(const std::string& name, std::int64_t& value, const std::string& description) const
{
    return Option(*app_->add_option(name, value, description));
}

Option Command::add_option(const std::string& name, std::vector<std::string>& values,
                           const std::string& description) const
{
    return Option(*app_->add_option(name, values, description));
}

Option Command::add_flag(const std::string& name, bool& value, const std::string& description) const
{
    return Option(*app_->add_flag(name, value, description));
}

Option Command::add_flag(const std::string& name) const
{
    return Option(*app_->add_flag(name));
}

Command Command::callback(std::function<void()> run) const
{
    return Command(*app_->callback(std::move(run)));
}

} // namespace stillwatch::cli
