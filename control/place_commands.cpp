#include "control/forms.hpp"

#include "cases/case_consent.hpp"
#include "cases/consented_place.hpp"

#include <fmt/format.h>

#include <algorithm>

// The commands about places where a person's pictures may stay.
namespace stillwatch::control {

Result<std::vector<FindingId>> Commands::dismiss_at(const Case& c, const cases::ConsentedPlace& place,
                                                    const store::Actor& actor)
{
    std::vector<FindingId> covered;
    std::vector<store::FindingStep> steps;
    for (const auto& known : cases_.standings({c.id, {}})) {
        const auto then =
            cases::after({known.state, known.epoch, known.silences, known.is_confirmed_by_person},
                         {cases::FindingEvent::dismiss, cases::Dismissal::consented_place});
        if (!then) continue; // dismissed already, or down
        bool is_only_there = true;
        for (OccurrenceId after{}; is_only_there;) {
            const auto some = cases_.occurrences(known.id, after, 1'000);
            if (some.empty()) break;
            after = some.back().id;
            is_only_there =
                std::ranges::all_of(some, [&](const auto& one) { return place.covers(one.page_url); });
        }
        if (!is_only_there) continue;
        covered.push_back(known.id);
        steps.push_back({{known.id, actor.at, actor.name, "dismiss", known.state, then->state,
                          std::string(name_of(cases::Dismissal::consented_place)), then->epoch},
                         then->silences,
                         then->is_confirmed_by_person});
    }
    if (steps.empty()) return covered;
    const auto changed = cases_.change_findings(steps, actor, "finding.dismiss",
                                                fmt::format("{} findings consented_place", steps.size()));
    if (!changed) return changed.error();
    const auto counted = cases_.count_as_consented(covered);
    if (!counted) return counted.error();
    return covered;
}

Result<CommandOutcome> Commands::place_add(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto text = text_argument(arguments, "place");
    if (!text) return text.error();
    const auto place = cases::ConsentedPlace::parse(*text);
    if (!place) return place.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    const auto may_add = cases::check_may_add(cases_, *found, actor.at);
    if (!may_add) return may_add.error();
    const auto known = cases_.places_of(found->id);
    if (known.size() >= cases::max_places_of_case)
        return Error{Errc::too_large, fmt::format("a case has at most {} places", cases::max_places_of_case)};
    for (const auto& row : known)
        if (settings_.open_place)
            if (const auto clear = settings_.open_place(*found, row.sealed); clear && *clear == place->text())
                return Error{Errc::exists, fmt::format("{} is place {} already", place->text(), row.number)};
    const auto sealed = cases::seal_place(*found, *place);
    if (!sealed) return sealed.error();
    const auto number = cases_.add_place(found->id, *sealed, actor);
    if (!number) return number.error();
    const auto dismissed = dismiss_at(*found, *place, actor);
    if (!dismissed) return dismissed.error();
    json::object object;
    object["case"] = found->pseudonym;
    object["number"] = *number;
    object["place"] = place->text();
    object["dismissed"] = dismissed->size();
    return done(std::move(object), {.references = true});
}

Result<CommandOutcome> Commands::place_list(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    const auto noted = note_look(actor, "place.list", found->pseudonym);
    if (!noted) return noted.error();
    json::array rows;
    for (const auto& row : cases_.places_of(found->id)) {
        json::object object;
        object["number"] = row.number;
        const auto clear = settings_.open_place ? settings_.open_place(*found, row.sealed)
                                                : Result<std::string>(Error{Errc::refused, "no key here"});
        object["place"] = clear ? json::value(*clear) : json::value(nullptr);
        if (!clear) object["unreadable"] = clear.error().detail;
        object["added_at"] = format_utc(row.added_at);
        object["added_by"] = row.added_by;
        rows.push_back(std::move(object));
    }
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::place_remove(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto number = number_member(arguments, "number");
    if (!number) return missing("number", "that of a place");
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    const auto removed = cases_.remove_place(found->id, *number, actor);
    if (!removed) return removed.error();
    json::object object;
    object["case"] = found->pseudonym;
    object["number"] = *number;
    return done(std::move(object), {.references = true});
}

} // namespace stillwatch::control
