#include "control/forms.hpp"
#include "store/face_records.hpp"

#include <fmt/format.h>

#include <algorithm>

// The commands about looking for people by their face.
namespace stillwatch::control {

// Which sites a person's face is looked for on: told, or set where `sites` is given; none: all of the watch
// list.
Result<CommandOutcome> Commands::case_face_sites(const json::object& arguments, const store::Actor& actor)
{
    const auto pseudonym = text_argument(arguments, "case");
    if (!pseudonym) return pseudonym.error();
    const auto found = book_.find(*pseudonym);
    if (!found) return found.error();
    const auto* given = arguments.if_contains("sites");
    if (given != nullptr) {
        if (!given->is_array()) return missing("sites", "names of the watch list");
        std::vector<std::string> sites;
        for (const auto& item : given->get_array()) {
            const auto name = item.is_string() ? std::string(item.get_string()) : std::string();
            const bool is_known =
                std::ranges::any_of(settings_.sites, [&](const auto& site) { return site.name == name; });
            if (!is_known)
                return Error{Errc::not_found, fmt::format("\"{}\" is no site of the watch list", name)};
            sites.push_back(name);
        }
        const auto set = store::FaceRecords::set_sites(cases_, found->id, sites, actor);
        if (!set) return set.error();
    } else {
        const auto noted = note_look(actor, "case.face_sites", found->pseudonym);
        if (!noted) return noted.error();
    }
    json::array names;
    for (const auto& name : store::FaceRecords(cases_).sites(found->id))
        names.emplace_back(name);
    const bool is_everywhere = names.empty();
    return done(
        json::object{{"case", found->pseudonym}, {"sites", std::move(names)}, {"everywhere", is_everywhere}});
}

} // namespace stillwatch::control
