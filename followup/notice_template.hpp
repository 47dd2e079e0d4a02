#pragma once

#include "core/result.hpp"
#include "followup/route.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The text of a notice, with places for its data. A template is a plain text that people edit and translate:
//
//     # A line that begins with '#' is a remark and is not sent.
//     ## element location
//     The pictures are here:
//         {{addresses}}
//     ## text
//     {{facts?}}
//
// "## element NAME" begins the paragraph that says what the route asks for (followup/route.hpp), "## text"
// ends it. {{name}} must be known when the notice is made, {{name?}} may be absent, and then a line of
// nothing else is left out. A value of several lines keeps the indentation of its place.
namespace stillwatch::followup {

// Where the data of a placeholder come from.
enum class DataFrom : std::uint8_t {
    findings,     // what was found
    organisation, // [organisation] of the configuration
    program,      // number and day of the notice
    person,       // who drafts: --set NAME=VALUE
};
struct Placeholder {
    std::string_view name;
    DataFrom from;
    std::string_view what; // it holds, or what to write there
};
const std::vector<Placeholder>& placeholders();
const Placeholder* placeholder_named(std::string_view name);

// One thing wrong with a template; the line counts from 1.
struct TemplateProblem {
    int line = 0;
    std::string message;

    friend bool operator==(const TemplateProblem&, const TemplateProblem&) = default;
};

using NoticeData = std::map<std::string, std::string, std::less<>>;

class NoticeTemplate {
public:
    static constexpr std::size_t max_bytes = 64 << 10;

    // A template for this route that says every element with its data, uses known placeholders and none that
    // the route forbids; or everything that is wrong with it, by line.
    static std::vector<TemplateProblem> problems_of(Route route, std::string_view text);
    // Errors: malformed (has problems; the first is told).
    static Result<NoticeTemplate> parse(Route route, std::string_view text);

    Route route() const noexcept { return route_; }
    const std::set<std::string, std::less<>>& required() const noexcept { return required_; }
    const std::set<std::string, std::less<>>& optional() const noexcept { return optional_; }
    // What it needs and `data` have not, by name.
    std::vector<std::string> missing_of(const NoticeData& data) const;
    // The finished text, lines ended by "\n". What stands in data is never read as a placeholder.
    // Errors: not_found (something is missing).
    Result<std::string> fill(const NoticeData& data) const;

private:
    Route route_ = Route::host;
    std::vector<std::string> lines_; // without remarks and marks
    std::set<std::string, std::less<>> required_;
    std::set<std::string, std::less<>> optional_;
};

} // namespace stillwatch::followup
