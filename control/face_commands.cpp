#include "cases/case_consent.hpp"
#include "cases/consent.hpp"
#include "control/forms.hpp"
#include "faces/decisions.hpp"
#include "store/face_records.hpp"

#include <fmt/format.h>

#include <algorithm>

// The commands about looking for people by their face.
namespace stillwatch::control {

namespace {

// Thresholds, sites and people change: what is older says little.
constexpr std::chrono::days looked_back{182};

faces::Decided decided_of(const store::JudgedFace& one)
{
    if (one.is_confirmed) return faces::Decided::confirmed;
    return one.is_another_person ? faces::Decided::another_person : faces::Decided::open;
}

} // namespace

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

// Leads of half a year that the models read, counted by what people said of them, for `faces calibrate`:
// nothing of it names a case or a finding.
Result<CommandOutcome> Commands::faces_decisions(const json::object& arguments, const store::Actor& actor)
{
    const auto text = text_argument(arguments, "model");
    if (!text) return text.error();
    const auto model = Sha256::from_hex(*text);
    if (!model) return missing("model", "the SHA-256 of a profile's models");
    const auto noted = note_look(actor, "faces.decisions", "all");
    if (!noted) return noted.error();
    const auto now = clock_.now();
    const auto judged =
        store::FaceRecords(cases_).judged(*model, now - looked_back, faces::max_decided_leads + 1);
    std::vector<faces::DecidedLead> leads;
    auto first = now;
    for (const auto& one : judged) {
        leads.push_back({one.case_id, one.mark, one.likeness, decided_of(one)});
        first = std::min(first, one.first_seen);
    }
    const auto people = std::ranges::count_if(cases_.cases(), [&](const Case& c) {
        return cases::covers(c.consent, "faces") && cases::has_consent(cases_, c, now);
    });
    json::array rows;
    for (const auto& tally : faces::tallies_of(leads))
        rows.push_back(json::object{{"references", tally.references},
                                    {"faces", tally.faces},
                                    {"hundredths", tally.hundredths},
                                    {"confirmed", tally.confirmed},
                                    {"another_person", tally.another_person},
                                    {"open", tally.open}});
    const auto days = std::chrono::duration_cast<std::chrono::days>(now - first).count();
    return done(json::object{{"people", people},
                             {"days", days},
                             {"is_in_part", judged.size() > faces::max_decided_leads},
                             {"leads", std::move(rows)}});
}

} // namespace stillwatch::control
