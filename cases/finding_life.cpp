#include "cases/finding_life.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stillwatch::cases {

namespace {

using enum FindingState;
using enum FindingEvent;

constexpr std::array<std::string_view, finding_events> event_names{
    "confirm", "dismiss", "unsure", "noticed", "acknowledged", "down", "reappeared"};
constexpr std::array<std::string_view, 5> dismissals{"not_the_person", "consented_place", "lawful",
                                                     "wrong_match", "duplicate"};

struct Way {
    FindingState from;
    FindingEvent event;
    FindingState to;
};

// All ways there are. What was dismissed has one way back, undo: whoever changed their mind says so. A
// picture may vanish before anybody was told of it, and a host may take it down without an answer.
constexpr std::array ways{
    Way{fresh, confirm, confirmed},      Way{fresh, dismiss, dismissed},
    Way{fresh, doubt, unsure},           Way{unsure, confirm, confirmed},
    Way{unsure, dismiss, dismissed},     Way{confirmed, notice, noticed},
    Way{confirmed, take_down, down},     Way{confirmed, dismiss, dismissed},
    Way{confirmed, doubt, unsure},       Way{noticed, acknowledge, acknowledged},
    Way{noticed, take_down, down},       Way{noticed, dismiss, dismissed},
    Way{acknowledged, take_down, down},  Way{acknowledged, dismiss, dismissed},
    Way{down, see_again, reappeared},    Way{reappeared, confirm, confirmed},
    Way{reappeared, dismiss, dismissed}, Way{reappeared, doubt, unsure},
    Way{reappeared, notice, noticed},    Way{reappeared, take_down, down},
};

std::string allowed_text(FindingState state)
{
    std::vector<std::string_view> names;
    for (const auto event : allowed_in(state))
        if (event != see_again) names.push_back(name_of(event)); // nobody can do that
    if (state != fresh && state != reappeared) names.emplace_back("undo");
    return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

std::string_view name_of(FindingEvent event) noexcept
{
    const auto index = static_cast<std::size_t>(event);
    return index < event_names.size() ? event_names[index] : "unknown";
}

std::string_view name_of(Dismissal reason) noexcept
{
    const auto index = static_cast<std::size_t>(reason);
    return index < dismissals.size() ? dismissals[index] : "unknown";
}

std::optional<Dismissal> dismissal_from_name(std::string_view name) noexcept
{
    const auto found = std::ranges::find(dismissals, name);
    if (found == dismissals.end()) return std::nullopt;
    return static_cast<Dismissal>(found - dismissals.begin());
}

std::string dismissal_names()
{
    return fmt::format("{}", fmt::join(dismissals, ", "));
}

bool is_about_the_picture(Dismissal reason) noexcept
{
    return reason != Dismissal::consented_place && reason != Dismissal::duplicate;
}

std::vector<FindingEvent> allowed_in(FindingState state)
{
    std::vector<FindingEvent> allowed;
    for (const auto& way : ways)
        if (way.from == state) allowed.push_back(way.event);
    return allowed;
}

Result<Standing> after(const Standing& now, const Deed& deed)
{
    if ((deed.event == dismiss) != deed.dismissal.has_value())
        return Error{Errc::invalid_argument, "a dismissal has a reason: " + dismissal_names()};
    const auto way = std::ranges::find_if(
        ways, [&](const Way& one) { return one.from == now.state && one.event == deed.event; });
    if (way == ways.end())
        return Error{Errc::refused,
                     fmt::format("it is {}; allowed now: {}", name_of(now.state), allowed_text(now.state))};
    Standing then = now;
    then.state = way->to;
    then.silences = deed.dismissal && is_about_the_picture(*deed.dismissal);
    if (deed.event == confirm) then.is_confirmed_by_person = deed.by_person;
    if (deed.event == dismiss || deed.event == doubt) then.is_confirmed_by_person = false;
    if (deed.event == see_again) ++then.epoch;
    return then;
}

Result<Standing> before_last(std::span<const Deed> history)
{
    if (history.empty()) return Error{Errc::refused, "nothing was done with it yet"};
    if (history.back().event == see_again)
        return Error{Errc::refused,
                     fmt::format("that it came back was seen, and is not undone; allowed now: {}",
                                 allowed_text(reappeared))};
    Standing standing;
    for (const auto& deed : history.first(history.size() - 1)) {
        const auto next = after(standing, deed);
        if (!next) return next.error();
        standing = *next;
    }
    return standing;
}

} // namespace stillwatch::cases
