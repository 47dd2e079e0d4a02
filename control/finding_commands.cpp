#include "control/evidence_stamps.hpp"
#include "control/forms.hpp"

#include "core/ascii.hpp"
#include "core/face.hpp"
#include "store/face_records.hpp"
#include "store/still_up_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

// The commands about what was found. A look is a line of the audit log: who, and which case or finding.
namespace stillwatch::control {

namespace {

constexpr std::int64_t most_rows = 10'000;
constexpr std::size_t occurrences_in_list = 50;     // of each finding, the best
constexpr std::size_t occurrences_in_reply = 5'000; // of all; findings after that have their number only
constexpr std::size_t checks_in_reply = 500;
constexpr std::size_t most_looked_at = 4; // addresses of one finding, when it is checked

void describe_match(json::object& object, const Match& match)
{
    object["tier"] = name_of(match.tier);
    object["relation"] = name_of(match.relation);
    object["hash_only"] = match.hash_only;
    // The number of a face's band would be read as a probability.
    const auto band = band_of(match);
    object["score"] = band ? json::value(nullptr) : json::value(match.score);
    if (band) object["band"] = name_of(*band);
    // A part of a picture has a fingerprint of its own: there is nothing to count bits against.
    object["distance_bits"] =
        match.tier == Tier::derived ? json::value(nullptr) : json::value(match.distance_bits);
    object["orientation"] = name_of(match.orientation);
    object["inverted"] = match.inverted;
}

json::array describe_all(const std::vector<Occurrence>& occurrences)
{
    json::array rows;
    for (const auto& occurrence : occurrences)
        rows.push_back(describe_occurrence(occurrence));
    return rows;
}

} // namespace

std::int64_t limit_of(const json::object& arguments, std::int64_t when_absent)
{
    return std::clamp<std::int64_t>(number_member(arguments, "limit").value_or(when_absent), 1, most_rows);
}

std::string looked_at(const json::object& arguments)
{
    auto text = text_member(arguments, "case").value_or("all cases");
    if (arguments.contains("case")) std::ranges::transform(text, text.begin(), upper);
    return text;
}

json::object describe_finding(const Finding& finding)
{
    json::object object;
    object["id"] = finding.id.value;
    object["alert"] = finding.alert_id;
    object["case"] = finding.case_pseudonym;
    object["reference"] = finding.reference_name;
    object["state"] = name_of(finding.state);
    describe_match(object, finding.match);
    object["page_url"] = finding.page_url.text();
    object["image_url"] = finding.image_url.text();
    object["page_state"] = name_of(finding.page_state);
    object["content"] = finding.content.hex();
    object["epoch"] = finding.epoch;
    object["first_seen"] = format_utc(finding.first_seen);
    object["last_seen"] = format_utc(finding.last_seen);
    object["evidence"] = name_of(finding.evidence);
    object["evidence_file"] = finding.evidence_file;
    object["evidence_digest"] =
        finding.evidence == EvidenceState::stored ? finding.evidence_digest.hex() : "";
    object["evidence_pending"] = finding.evidence_left;
    object["occurrence_count"] = finding.occurrences;
    object["sightings_left_out"] = finding.left_out;
    object["sighting_count"] = finding.sightings;
    object["reason"] = finding.reason;
    object["changed_at"] =
        finding.changed_at ? json::value(format_utc(*finding.changed_at)) : json::value(nullptr);
    object["assigned"] = finding.assigned;
    object["site"] = finding.site;
    return object;
}

json::array describe_history(const std::vector<store::FindingChange>& history)
{
    json::array rows;
    for (const auto& change : history) {
        json::object row;
        row["at"] = format_utc(change.at);
        row["actor"] = change.actor;
        row["event"] = change.event;
        row["from"] = name_of(change.from);
        row["to"] = name_of(change.to);
        row["reason"] = change.reason;
        row["epoch"] = change.epoch;
        row["note"] = nullptr;
        rows.push_back(std::move(row));
    }
    return rows;
}

json::array describe_checks(const std::vector<store::StillUpCheck>& checks)
{
    const auto time = [](const std::optional<Timestamp>& at) {
        return at ? json::value(format_utc(*at)) : json::value(nullptr);
    };
    json::array rows;
    for (const auto& check : checks) {
        json::object row;
        row["occurrence"] = check.occurrence.value;
        row["began"] = format_utc(check.began);
        row["ended"] = time(check.ended);
        row["verdict"] = name_of(check.verdict);
        const auto seen = [&](const std::string& what, const store::Looked& looked) {
            row[what] = name_of(looked.sight);
            row[what + "_status"] = looked.status;
            row[what + "_at"] = time(looked.at);
        };
        seen("page", check.page);
        seen("picture", check.picture);
        row["content"] = check.content ? json::value(check.content->hex()) : json::value(nullptr);
        row["evidence_file"] = check.evidence_file;
        rows.push_back(std::move(row));
    }
    return rows;
}

json::object describe_occurrence(const Occurrence& occurrence)
{
    json::object object;
    object["occurrence"] = occurrence.id.value;
    object["image_url"] = occurrence.image_url.text();
    object["page_url"] = occurrence.page_url.text();
    describe_match(object, occurrence.match);
    object["page_state"] = name_of(occurrence.page_state);
    object["content"] = occurrence.content.hex();
    object["pixels"] = occurrence.pixels > 0 ? json::value(occurrence.pixels) : json::value(nullptr);
    object["first_seen"] = format_utc(occurrence.first_seen);
    object["last_seen"] = format_utc(occurrence.last_seen);
    object["sightings"] = occurrence.sightings;
    object["evidence"] = name_of(occurrence.evidence);
    object["evidence_file"] = occurrence.evidence_file;
    object["evidence_digest"] =
        occurrence.evidence == EvidenceState::stored ? occurrence.evidence_digest.hex() : "";
    object["looked_at"] =
        occurrence.looked_at ? json::value(format_utc(*occurrence.looked_at)) : json::value(nullptr);
    object["look_status"] = occurrence.looked_at ? json::value(occurrence.look_status) : json::value(nullptr);
    return object;
}

// Where a page shows one picture in several sizes, each of the smaller ones says which place is the larger.
json::array Commands::describe_sizes(const std::vector<Occurrence>& best) const
{
    constexpr std::size_t most_asked = 8; // of the larger ones on the same page
    auto rows = describe_all(best);
    for (std::size_t i = 0; i < best.size(); ++i) {
        auto& row = rows[i].as_object();
        row["size_of"] = nullptr;
        std::size_t asked = 0;
        for (std::size_t k = 0; k < i && asked < most_asked && row["size_of"].is_null(); ++k) {
            if (best[k].page_url != best[i].page_url) continue;
            ++asked;
            if (frontier_.is_same_item(best[k].image_url, best[i].image_url, best[i].page_url))
                row["size_of"] = best[k].id.value;
        }
    }
    return rows;
}

Result<CommandOutcome> Commands::findings_list(const json::object& arguments, const store::Actor& actor)
{
    auto query = finding_query(arguments, actor.at);
    if (!query) return query.error();
    query->limit = static_cast<std::size_t>(limit_of(arguments, 1'000));
    const auto appended = note_look(actor, "findings.list", looked_at(arguments));
    if (!appended) return appended.error();
    const bool with_places = bool_member(arguments, "places").value_or(true);
    const bool with_stamps = bool_member(arguments, "stamps").value_or(false);
    const store::EvidenceTable log(cases_);
    json::array rows;
    std::size_t room = occurrences_in_reply;
    for (const auto& finding : cases_.findings(*query)) {
        auto row = describe_finding(finding);
        if (!with_places) {
            rows.push_back(std::move(row));
            continue;
        }
        const auto best = cases_.best_occurrences(finding.id, std::min(occurrences_in_list, room));
        room -= best.size();
        auto places = describe_sizes(best);
        for (auto& place : places)
            if (with_stamps)
                if (const auto file = text_member(place.as_object(), "evidence_file"); file && !file->empty())
                    for (const auto& [name, value] : describe_stamps(settings_.evidence_directory, *file, log,
                                                                     settings_.has_time_authority))
                        place.as_object()[name] = value;
        row["occurrences"] = std::move(places);
        rows.push_back(std::move(row));
    }
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::findings_show(const json::object& arguments, const store::Actor& actor)
{
    const auto found = finding_argument(arguments);
    if (!found) return found.error();
    const auto appended = note_look(actor, "findings.show", fmt::format("F-{}", found->id.value));
    if (!appended) return appended.error();
    const OccurrenceId after{number_member(arguments, "after").value_or(0)};
    const auto limit = static_cast<std::size_t>(limit_of(arguments, 100));
    auto object = describe_finding(*found);
    object["occurrences"] = describe_sizes(cases_.occurrences(found->id, after, limit));
    json::array earlier;
    for (const auto& one : cases_.earlier_evidence(found->id))
        if (one.check == 0)
            earlier.push_back(json::object{{"occurrence", one.occurrence.value},
                                           {"epoch", one.epoch},
                                           {"evidence_file", one.evidence_file},
                                           {"evidence_digest", one.evidence_digest.hex()}});
    object["earlier_evidence"] = std::move(earlier);
    if (const auto told = cases_.video_of(found->id))
        if (auto video = parse_json(*told)) object["video"] = *std::move(video);
    object["checks"] = describe_checks(store::StillUpChecks(cases_).of(found->id, checks_in_reply));
    if (const auto face = store::FaceRecords(cases_).lead_of(found->id); face && face->other_face)
        object["same_picture_with_another_face"] = fmt::format("F-{}", face->other_face.value);
    const auto history = cases_.history(found->id);
    auto rows = describe_history(history);
    const auto c = cases_.find_case(found->case_id);
    for (std::size_t i = 0; i < history.size(); ++i) {
        if (history[i].note.empty() || !c || !settings_.open_note) continue;
        const auto note = settings_.open_note(*c, found->id, history[i].note);
        rows[i].as_object()["note"] = note ? *note : "(it does not open: " + note.error().detail + ")";
    }
    object["history"] = std::move(rows);
    return done(std::move(object));
}

Result<CommandOutcome> Commands::findings_check(const json::object& arguments, const store::Actor& actor)
{
    const auto found = finding_argument(arguments);
    if (!found) return found.error();
    const auto appended = note_look(actor, "findings.check", fmt::format("F-{}", found->id.value));
    if (!appended) return appended.error();
    Effects effects;
    for (const auto& occurrence : cases_.best_occurrences(found->id, occurrences_in_list))
        if (effects.looks.size() < most_looked_at &&
            std::ranges::find(effects.looks, occurrence.image_url) == effects.looks.end())
            effects.looks.push_back(occurrence.image_url);
    return done(describe_finding(*found), std::move(effects));
}

} // namespace stillwatch::control
