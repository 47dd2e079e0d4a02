#include "control/forms.hpp"

#include <fmt/format.h>

// The commands about references that are set aside since they match too often.
namespace stillwatch::control {

Result<CommandOutcome> Commands::reference_quarantined(const json::object&, const store::Actor& actor)
{
    const auto noted = note_look(actor, "reference.list", "quarantined");
    if (!noted) return noted.error();
    json::array rows;
    for (const auto& one : cases_.quarantined())
        rows.push_back(json::object{{"case", one.pseudonym},
                                    {"reference", one.name},
                                    {"since", format_utc(one.since)},
                                    {"findings_untold", one.findings}});
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::reference_release(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto name = text_argument(arguments, "name");
    if (!name) return name.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    const auto id = cases_.reference_named(found->id, *name);
    if (!id) return Error{Errc::not_found, fmt::format("{} has no reference {}", found->pseudonym, *name)};
    const auto untold = cases_.release(*id, actor);
    if (!untold) return Error{untold.error().code, fmt::format("{}: {}", *name, untold.error().detail)};
    json::object object;
    object["case"] = found->pseudonym;
    object["reference"] = *name;
    object["findings_untold"] = *untold;
    return done(std::move(object));
}

} // namespace stillwatch::control
