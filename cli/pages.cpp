#include "cli/pages.hpp"

#include "config/sample.hpp"

#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <vector>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

std::vector<const CLI::App*> commands_of(const CLI::App& app)
{
    // Those without a group are for the build, not for people.
    return app.get_subcommands([](const CLI::App* command) {
        return !command->get_name().empty() && !command->get_group().empty();
    });
}

// "stillwatch case open".
std::string path_of(const CLI::App& app)
{
    return app.get_parent() ? path_of(*app.get_parent()) + " " + app.get_name() : app.get_name();
}

// Text of a manual page: signs that roff would take for its own are masked (groff_man_style(7)).
std::string roff(std::string_view text)
{
    std::string result;
    bool begins_line = true;
    for (const char letter : text) {
        if (begins_line && (letter == '.' || letter == '\'')) result += "\\&";
        if (letter == '\\')
            result += "\\e";
        else if (letter == '-')
            result += "\\-";
        else
            result += letter;
        begins_line = letter == '\n';
    }
    return result;
}

// Its first line, without the full stop: what a list of pages shows.
std::string headline(std::string_view text)
{
    auto line = std::string(text.substr(0, text.find('\n')));
    while (line.ends_with('.'))
        line.pop_back();
    return line;
}

std::string names_of(const CLI::Option& option)
{
    if (option.get_positional()) return fmt::format("\\fI{}\\fR", roff(option.get_name(true)));
    std::vector<std::string> names;
    for (const auto& name : option.get_snames())
        names.push_back(fmt::format("\\fB{}\\fR", roff("-" + name)));
    for (const auto& name : option.get_lnames())
        names.push_back(fmt::format("\\fB{}\\fR", roff("--" + name)));
    auto text = fmt::format("{}", fmt::join(names, ", "));
    if (option.get_items_expected_max() > 0) text += " \\fIVALUE\\fR";
    return text;
}

std::string remarks_of(const CLI::Option& option)
{
    std::string remarks;
    if (option.get_required()) remarks += " Required.";
    if (!option.get_default_str().empty()) remarks += fmt::format(" Default: {}.", option.get_default_str());
    if (!option.get_envname().empty()) remarks += fmt::format(" Environment: {}.", option.get_envname());
    return remarks;
}

std::string options_text(const CLI::App& app)
{
    std::string text;
    for (const auto* option : app.get_options()) {
        auto description = option->get_description();
        if (!description.empty() && !description.ends_with('.')) description += '.';
        text += fmt::format(".TP\n{}\n{}\n", names_of(*option), roff(description + remarks_of(*option)));
    }
    return text;
}

std::string synopsis(const CLI::App& app)
{
    auto text = fmt::format("\\fB{}\\fR [\\fIOPTIONS\\fR]", roff(path_of(app)));
    if (!commands_of(app).empty()) text += " \\fICOMMAND\\fR";
    for (const auto* option : app.get_options()) {
        if (!option->get_positional()) continue;
        const auto name = fmt::format("\\fI{}\\fR{}", roff(option->get_name(true)),
                                      option->get_items_expected_max() > 1 ? "…" : "");
        text += option->get_required() ? " " + name : " [" + name + "]";
    }
    return text + "\n";
}

// The commands below a command, each with its options; a heading each.
std::string commands_text(const CLI::App& app)
{
    std::string text;
    for (const auto* command : commands_of(app)) {
        text += fmt::format(".SS {}\n{}.PP\n{}\n{}", roff(path_of(*command)), synopsis(*command),
                            roff(command->get_description()), options_text(*command));
        text += commands_text(*command);
    }
    return text;
}

// Words that may stand where this command was named, its own and those of all above.
std::string completion_cases(const CLI::App& app, const std::string& path, const std::string& inherited)
{
    std::string options = inherited;
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames())
            if (options.find("--" + name) == std::string::npos) options += " --" + name;
    std::string names;
    std::string below;
    for (const auto* command : commands_of(app)) {
        names += (names.empty() ? "" : " ") + command->get_name();
        below += completion_cases(*command, path + (path.empty() ? "" : " ") + command->get_name(), options);
    }
    return fmt::format("    \"{}\") commands=\"{}\" options=\"{}\" ;;\n", path, names,
                       options.substr(options.find_first_not_of(' '))) +
           below;
}

Result<void> write(const fs::path& file, const std::string& text)
{
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream stream(file, std::ios::binary);
    stream << text;
    if (!stream.flush()) return Error{Errc::io, fmt::format("{} cannot be written", file.string())};
    return {};
}

} // namespace

std::string manual_page(const CLI::App& app, int section, std::string_view see_also)
{
    auto title = path_of(app);
    std::ranges::replace(title, ' ', '-');
    auto text = fmt::format(
        ".TH \"{}\" {} \"\" \"Stillwatch {}\" \"Stillwatch\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{}",
        roff(title), section, STILLWATCH_VERSION, roff(title), roff(headline(app.get_description())),
        synopsis(app));
    text +=
        fmt::format(".SH DESCRIPTION\n{}\n.SH OPTIONS\n{}", roff(app.get_description()), options_text(app));
    if (app.get_parent()) text += ".PP\nThe options of\n.BR stillwatch (1)\nmay stand here, too.\n";
    const auto below = commands_of(app);
    if (!below.empty() && !app.get_parent()) {
        text += ".SH COMMANDS\nEach has a page of its own.\n";
        for (const auto* command : below)
            text += fmt::format(".TP\n.BR {} (1)\n{}\n", roff(title + "-" + command->get_name()),
                                roff(command->get_description()));
    } else if (!below.empty()) {
        text += ".SH COMMANDS\n" + commands_text(app);
    }
    text += ".SH EXIT STATUS\n0 fine, 1 failed, 64 wrong usage, 78 wrong configuration.\n";
    text += ".SH FILES\n.TP\n.I /etc/stillwatch/stillwatch.toml\nThe configuration, see\n.BR stillwatch.toml "
            "(5).\n"
            ".TP\n.I /var/lib/stillwatch\nDatabases, keys and evidence.\n";
    return text + fmt::format(".SH SEE ALSO\n{}\n", see_also);
}

std::string configuration_page(std::string_view sample)
{
    std::string text = fmt::format(
        ".TH \"STILLWATCH.TOML\" 5 \"\" \"Stillwatch {}\" \"Stillwatch\"\n.SH NAME\nstillwatch.toml \\- "
        "configuration of Stillwatch\n.SH DESCRIPTION\n",
        STILLWATCH_VERSION);
    std::string comment;
    for (std::size_t at = 0; at < sample.size();) {
        const auto end = std::min(sample.find('\n', at), sample.size());
        auto line = sample.substr(at, end - at);
        at = end + 1;
        const bool is_shown_key = line.starts_with("# ") && line.find(" = ") != std::string_view::npos &&
                                  line.find(' ', 2) == line.find(" = ");
        if (line.starts_with("#") && !is_shown_key) {
            comment += (comment.empty() ? "" : " ") +
                       std::string(line.substr(std::min<std::size_t>(2, line.size())));
        } else if (line.starts_with("[")) {
            text += fmt::format(".SH {}\n", roff(line));
            if (!comment.empty()) text += roff(comment) + "\n";
            comment.clear();
        } else if (line.find(" = ") != std::string_view::npos) {
            text += fmt::format(".TP\n\\fB{}\\fR\n", roff(is_shown_key ? line.substr(2) : line));
            text += comment.empty() ? std::string("See above.\n") : roff(comment) + "\n";
            comment.clear();
        } else if (line.empty() && !comment.empty()) {
            text += roff(comment) + "\n";
            comment.clear();
        }
    }
    return text + ".SH SEE ALSO\n.BR stillwatch (1),\n.BR stillwatchd (8)\n";
}

std::string bash_completion(const CLI::App& app)
{
    return R"bash(# bash completion for stillwatch, written from the tree of its commands
_stillwatch()
{
    local word path="" commands options current=${COMP_WORDS[COMP_CWORD]}
    local -i i
    _stillwatch_words ""
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [[ " $commands " == *" $word "* ]] || continue
        path="${path:+$path }$word"
        _stillwatch_words "$path"
    done
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
    else
        COMPREPLY=($(compgen -W "$commands" -- "$current"))
    fi
}
_stillwatch_words()
{
    case "$1" in
)bash" + completion_cases(app, "", "") +
           R"bash(    esac
}
complete -o default -F _stillwatch stillwatch
)bash";
}

Result<void> write_pages(const CLI::App& app, const CLI::App& daemon, const fs::path& folder)
{
    const auto man = folder / "man";
    const std::string see = ".BR stillwatch (1),\n.BR stillwatchd (8),\n.BR stillwatch.toml (5)";
    auto done = write(man / "man1" / "stillwatch.1",
                      manual_page(app, 1, ".BR stillwatchd (8),\n.BR stillwatch.toml (5)"));
    for (const auto* command : commands_of(app))
        if (done)
            done = write(man / "man1" / fmt::format("stillwatch-{}.1", command->get_name()),
                         manual_page(*command, 1, see));
    if (done)
        done = write(man / "man8" / "stillwatchd.8",
                     manual_page(daemon, 8, ".BR stillwatch (1),\n.BR stillwatch.toml (5)"));
    if (done) done = write(man / "man5" / "stillwatch.toml.5", configuration_page(config::sample_config()));
    if (done) done = write(folder / "completions" / "stillwatch", bash_completion(app));
    return done;
}

} // namespace stillwatch::cli
