#include "control/forms.hpp"

#include "core/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

// Which findings a command is about: by number, or by a filter.
namespace stillwatch::control {

namespace {

// "state" and the like: one word, several with commas between, or an array. Errors: missing().
template <class Enum, class FromName>
Result<std::vector<Enum>> words_argument(const json::object& arguments, std::string_view name,
                                         std::string_view form, FromName from_name)
{
    std::vector<Enum> values;
    const auto text = text_member(arguments, name);
    if (!text) return arguments.contains(name) ? Result<std::vector<Enum>>(missing(name, form)) : values;
    std::string_view rest = *text;
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        const auto value = from_name(rest.substr(0, comma));
        if (!value) return missing(name, form);
        values.push_back(*value);
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    return values;
}

std::optional<Tier> tier_from(std::string_view name)
{
    for (int i = 0; name_of(static_cast<Tier>(i)) != "unknown"; ++i)
        if (name_of(static_cast<Tier>(i)) == name) return static_cast<Tier>(i);
    return std::nullopt;
}

// "30d", "12h", "90m".
std::optional<std::chrono::minutes> age_from(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    constexpr std::int64_t most = 1'000'000;
    if (error != std::errc{} || number < 0 || number > most || end + 1 != text.data() + text.size())
        return std::nullopt;
    switch (*end) {
    case 'd': return std::chrono::hours(24 * number);
    case 'h': return std::chrono::hours(number);
    case 'm': return std::chrono::minutes(number);
    default: return std::nullopt;
    }
}

} // namespace

std::optional<FindingId> finding_number(std::string_view text)
{
    if (text.starts_with("F-") || text.starts_with("f-")) text.remove_prefix(2);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
    return FindingId{number};
}

bool has_filter(const json::object& arguments)
{
    constexpr std::array names{"case", "state", "tier", "site", "host", "older_than", "assigned"};
    return std::ranges::any_of(names, [&](const char* name) { return arguments.contains(name); });
}

Result<store::CaseDatabase::FindingQuery> Commands::finding_query(const json::object& arguments,
                                                                  Timestamp now) const
{
    store::CaseDatabase::FindingQuery query;
    if (arguments.contains("case")) {
        const auto pseudonym = text_argument(arguments, "case");
        if (!pseudonym) return pseudonym.error();
        const auto found = book_.find(*pseudonym);
        if (!found) return found.error();
        query.case_id = found->id;
    }
    auto states = words_argument<FindingState>(
        arguments, "state", "of: new, confirmed, dismissed, unsure, noticed, acknowledged, down, reappeared",
        finding_state_from_name);
    if (!states) return states.error();
    query.states = *std::move(states);
    auto tiers = words_argument<Tier>(arguments, "tier", "of: exact, near, derived, resemblance", tier_from);
    if (!tiers) return tiers.error();
    query.tiers = *std::move(tiers);
    for (const auto& [name, member] : {std::pair{"site", &query.site}, std::pair{"host", &query.host}}) {
        if (!arguments.contains(name)) continue;
        auto text = text_argument(arguments, name);
        if (!text) return text.error();
        *member = *std::move(text);
    }
    if (arguments.contains("assigned")) {
        auto to = text_argument(arguments, "assigned");
        if (!to) return to.error();
        query.assigned = *to == "nobody" ? std::string() : *std::move(to);
    }
    if (arguments.contains("older_than")) {
        const auto text = text_member(arguments, "older_than");
        const auto age = text ? age_from(*text) : std::nullopt;
        if (!age) return missing("older_than", "an age such as 30d, 12h or 90m");
        query.seen_before = now - *age;
    }
    query.after = FindingId{number_member(arguments, "after").value_or(0)};
    if (const auto up_to = number_member(arguments, "up_to")) query.up_to = FindingId{*up_to};
    return query;
}

Result<FindingId> Commands::finding_named(const json::value& name) const
{
    constexpr std::string_view forms = "a finding's number, F-12 or the id of its alert";
    std::optional<FindingId> id;
    std::string named;
    if (name.is_int64()) {
        id = FindingId{name.get_int64()};
        named = std::to_string(name.get_int64());
    } else if (name.is_string()) {
        named = std::string(name.get_string());
        const bool is_alert = named.starts_with("alt_");
        id = is_alert ? cases_.finding_of_alert(named) : finding_number(named);
        if (!id && !is_alert) return missing("id", forms);
    } else {
        return missing("id", forms);
    }
    if (!id || !cases_.standing(*id)) return Error{Errc::not_found, fmt::format("no finding {}", named)};
    return *id;
}

Result<Finding> Commands::finding_argument(const json::object& arguments) const
{
    const auto* name = arguments.if_contains("id");
    const auto id = finding_named(name != nullptr ? *name : json::value());
    if (!id) return id.error();
    if (auto found = cases_.find_finding(*id)) return *std::move(found);
    return Error{Errc::not_found, fmt::format("no finding F-{}", id->value)};
}

Result<std::vector<store::FindingStanding>> Commands::chosen_findings(const json::object& arguments,
                                                                      Timestamp now) const
{
    constexpr std::size_t most_named = 10'000;
    if (const auto* ids = arguments.if_contains("ids")) {
        if (!ids->is_array() || ids->get_array().empty() || ids->get_array().size() > most_named)
            return missing("ids", "a list of findings");
        std::vector<store::FindingStanding> chosen;
        for (const auto& name : ids->get_array()) {
            const auto id = finding_named(name);
            if (!id) return id.error();
            if (std::ranges::find(chosen, *id, &store::FindingStanding::id) == chosen.end())
                chosen.push_back(*cases_.standing(*id));
        }
        return chosen;
    }
    if (!has_filter(arguments)) return missing("ids", "a list of findings, and there is no filter");
    const auto query = finding_query(arguments, now);
    if (!query) return query.error();
    return cases_.standings(*query);
}

} // namespace stillwatch::control
