#include "followup/notice_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace stillwatch::followup {

namespace {

using enum DataFrom;

// "{{name}}" or "{{name?}}" in a line.
struct Place {
    std::size_t begin = 0;
    std::size_t end = 0; // behind the closing braces
    std::string_view name;
    bool is_optional = false;
};

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n";
    const auto begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

// The next place from `from` on; nothing where there is none, or none that is closed.
std::optional<Place> next_place(std::string_view line, std::size_t from)
{
    const auto begin = line.find(opening, from);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto end = line.find(closing, begin + opening.size());
    if (end == std::string_view::npos) return std::nullopt;
    auto name = trimmed(line.substr(begin + opening.size(), end - begin - opening.size()));
    const bool is_optional = name.ends_with('?');
    if (is_optional) name = trimmed(name.substr(0, name.size() - 1));
    return Place{begin, end + closing.size(), name, is_optional};
}

std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// What a paragraph of a template says.
struct Paragraph {
    int line = 0; // of its mark
    bool has_text = false;
    std::set<std::string_view> names; // of the placeholders that must be known
};

// Reads a template line by line and notes what is wrong with it.
class Reading {
public:
    explicit Reading(const RouteRule& rule) : rule_(rule) {}

    void take(std::string_view line)
    {
        ++number_;
        const bool is_clean = std::ranges::none_of(line, [](char letter) {
            const auto code = static_cast<unsigned char>(letter);
            return (code < ' ' && letter != '\t') || code == 0x7F;
        });
        if (!is_clean) {
            problem(number_, "a control character");
            return;
        }
        if (line.starts_with("##")) {
            mark(trimmed(line.substr(2)));
        } else if (!line.starts_with('#')) {
            words(line);
        }
    }

    std::vector<TemplateProblem> finish()
    {
        for (const auto& element : rule_.elements) {
            const auto found = paragraphs_.find(element.name);
            if (found == paragraphs_.end()) {
                problem(number_, fmt::format("missing element \"{}\": {} ({})", element.name, element.asks,
                                             element.source));
                continue;
            }
            if (!found->second.has_text)
                problem(found->second.line, fmt::format("element \"{}\" has no text", element.name));
            for (const auto& name : element.placeholders)
                if (!found->second.names.contains(name))
                    problem(found->second.line,
                            fmt::format("element \"{}\" does not say {{{{{}}}}}", element.name, name));
        }
        std::ranges::stable_sort(problems_, {}, &TemplateProblem::line);
        return std::move(problems_);
    }

private:
    void problem(int line, std::string message) { problems_.push_back({line, std::move(message)}); }

    void mark(std::string_view words_of_mark)
    {
        constexpr std::string_view element = "element ";
        current_ = nullptr;
        if (words_of_mark == "text") return;
        if (!words_of_mark.starts_with(element)) {
            problem(number_, fmt::format("\"## {}\": \"## element NAME\" or \"## text\"", words_of_mark));
            return;
        }
        const auto name = trimmed(words_of_mark.substr(element.size()));
        if (std::ranges::find(rule_.elements, name, &Element::name) == rule_.elements.end()) {
            problem(number_, fmt::format("no element \"{}\" of {}", name, name_of(rule_.route)));
            return;
        }
        current_ = &paragraphs_[std::string(name)];
        if (current_->line == 0) current_->line = number_;
    }

    void words(std::string_view line)
    {
        std::size_t from = 0;
        bool has_text = false;
        while (const auto place = next_place(line, from)) {
            has_text = has_text || !trimmed(line.substr(from, place->begin - from)).empty();
            placeholder(*place);
            has_text = has_text || !place->is_optional;
            from = place->end;
        }
        const auto rest = line.substr(from);
        if (rest.find(opening) != std::string_view::npos) problem(number_, "\"{{\" without its \"}}\"");
        has_text = has_text || !trimmed(rest).empty();
        if (current_) current_->has_text = current_->has_text || has_text;
    }

    void placeholder(const Place& place)
    {
        if (!placeholder_named(place.name)) {
            std::vector<std::string_view> names;
            for (const auto& known : placeholders())
                names.push_back(known.name);
            problem(number_, fmt::format("unknown placeholder {{{{{}}}}}; known: {}", place.name,
                                         fmt::join(names, ", ")));
        } else if (std::ranges::find(rule_.forbidden, place.name) != rule_.forbidden.end()) {
            problem(number_, fmt::format("{{{{{}}}}} has no place in a notice by {}", place.name,
                                         name_of(rule_.route)));
        } else if (current_ && !place.is_optional) {
            current_->names.insert(place.name);
        }
    }

    const RouteRule& rule_;
    int number_ = 0;
    std::map<std::string, Paragraph, std::less<>> paragraphs_;
    Paragraph* current_ = nullptr;
    std::vector<TemplateProblem> problems_;
};

// The line with its data; nothing where it says nothing but what is absent.
std::optional<std::string> filled(std::string_view line, const NoticeData& data)
{
    const auto indent = line.substr(0, line.find_first_not_of(" \t"));
    std::string text;
    std::size_t from = 0;
    bool has_places = false;
    while (const auto place = next_place(line, from)) {
        has_places = true;
        text += line.substr(from, place->begin - from);
        if (const auto value = data.find(place->name); value != data.end())
            for (const char letter : value->second) {
                text += letter;
                if (letter == '\n') text += indent;
            }
        from = place->end;
    }
    text += line.substr(from);
    if (has_places && trimmed(text).empty()) return std::nullopt;
    return text;
}

} // namespace

const std::vector<Placeholder>& placeholders()
{
    static const std::vector<Placeholder> all{
        {"addresses", findings, "the addresses of the pictures with the pages they stand on"},
        {"count", findings, "how many addresses there are"},
        {"evidence", findings, "the packages of evidence with their digests, and how they are verified"},
        {"first_seen", findings, "when the first of them was seen"},
        {"host", findings, "the host that they stand on"},
        {"items", findings, "what was found where and when, one by one"},
        {"last_seen", findings, "when they were seen last"},
        {"email", organisation, "organisation.notice_email of the configuration"},
        {"organisation", organisation, "organisation.name of the configuration"},
        {"organisation_address", organisation, "organisation.postal_address of the configuration"},
        {"organisation_contact", organisation, "organisation.contact of the configuration"},
        {"signatory", organisation, "organisation.signatory of the configuration"},
        {"date", program, "the day of the draft"},
        {"law", program, "what the law of the country says (--set country=…)"},
        {"notice", program, "the number of the notice, N-12"},
        {"preservation", program, "by which law records are preserved there (--set country=…)"},
        {"authorship", person, "why the person owns the right, such as: took the picture themselves"},
        {"facts", person, "what shows that it was not agreed to"},
        {"person", person, "the name of the person"},
        {"queries", person, "the queries that bring it up"},
        {"recipient", person, "whom the notice is for"},
        {"remark", person, "anything else"},
        {"work", person, "the work that was copied, such as: a photograph taken on 3 May 2025"},
    };
    return all;
}

const Placeholder* placeholder_named(std::string_view name)
{
    const auto& all = placeholders();
    const auto found = std::ranges::find(all, name, &Placeholder::name);
    return found == all.end() ? nullptr : &*found;
}

std::vector<TemplateProblem> NoticeTemplate::problems_of(Route route, std::string_view text)
{
    if (text.size() > max_bytes) return {{1, fmt::format("{} bytes, more than {}", text.size(), max_bytes)}};
    Reading reading(rule_of(route));
    for (const auto& line : lines_of(text))
        reading.take(line);
    return reading.finish();
}

Result<NoticeTemplate> NoticeTemplate::parse(Route route, std::string_view text)
{
    const auto problems = problems_of(route, text);
    if (!problems.empty())
        return Error{Errc::malformed,
                     fmt::format("line {}: {}", problems.front().line, problems.front().message)};
    NoticeTemplate made;
    made.route_ = route;
    for (const auto& line : lines_of(text)) {
        if (line.starts_with('#')) continue;
        made.lines_.emplace_back(line);
        std::size_t from = 0;
        while (const auto place = next_place(line, from)) {
            (place->is_optional ? made.optional_ : made.required_).emplace(place->name);
            from = place->end;
        }
    }
    return made;
}

std::vector<std::string> NoticeTemplate::missing_of(const NoticeData& data) const
{
    std::vector<std::string> missing;
    for (const auto& name : required_) {
        const auto found = data.find(name);
        if (found == data.end() || trimmed(found->second).empty()) missing.push_back(name);
    }
    return missing;
}

Result<std::string> NoticeTemplate::fill(const NoticeData& data) const
{
    const auto missing = missing_of(data);
    if (!missing.empty()) return Error{Errc::not_found, fmt::format("missing: {}", fmt::join(missing, ", "))};
    std::string text;
    bool is_blank = true; // before the first line, and after an empty one
    for (const auto& line : lines_) {
        const auto with_data = filled(line, data);
        if (!with_data) continue;
        const bool is_empty = trimmed(*with_data).empty();
        if (is_empty && is_blank) continue;
        is_blank = is_empty;
        text += is_empty ? std::string() : *with_data;
        text += '\n';
    }
    while (text.ends_with("\n\n"))
        text.pop_back();
    return text;
}

} // namespace stillwatch::followup
