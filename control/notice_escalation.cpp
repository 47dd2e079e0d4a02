#include "control/forms.hpp"

#include "followup/regulator.hpp"
#include "store/still_up_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

// What a regulator is handed when the time of a notice is over.
namespace stillwatch::control {

namespace {

constexpr std::size_t most_places_told = 1'000; // of one finding
constexpr std::size_t most_checks = 1'000;      // of one place since the notice: years of them

bool is_still_up(FindingState state)
{
    return state != FindingState::down && state != FindingState::dismissed;
}

// What is known of a place since the notice was sent: that it was seen in passing, and the last look at it.
void add_looks(std::vector<followup::TimedLook>& looks, const Occurrence& place, Timestamp sent_at)
{
    const std::string page(place.page_url.text());
    const std::string image(place.image_url.text());
    if (place.last_seen >= sent_at)
        looks.push_back({place.finding, page, image, place.last_seen, -1, "seen, and it matches"});
    if (place.looked_at && *place.looked_at >= sent_at)
        looks.push_back({place.finding, page, image, *place.looked_at, place.look_status, ""});
}

// The checks of a place that ended since the notice, each with what it says.
void add_checks(std::vector<followup::TimedLook>& looks, const Occurrence& place,
                const std::vector<store::StillUpCheck>& checks)
{
    for (const auto& check : checks) {
        const bool was_asked = check.picture.sight != store::Sight::unseen;
        looks.push_back(
            {place.finding, std::string(place.page_url.text()), std::string(place.image_url.text()),
             check.picture.at.value_or(check.ended.value_or(check.began)),
             was_asked ? check.picture.status : -1, fmt::format("check: {}", name_of(check.verdict))});
    }
}

} // namespace

Result<CommandOutcome> Commands::notice_escalate(const json::object& arguments, const store::Actor& actor)
{
    const auto notice = notice_argument(arguments);
    if (!notice) return notice.error();
    auto regulator = followup::regulator_of(notice->route);
    if (arguments.contains("regulator")) {
        regulator = followup::regulator_from_name(text_member(arguments, "regulator").value_or(""));
        if (!regulator) return missing("regulator", "one of: " + followup::regulator_names());
    }
    if (!regulator)
        return Error{Errc::invalid_argument,
                     fmt::format("{} leads to no regulator by itself: name one (--regulator {})",
                                 notice->route, followup::regulator_names())};
    followup::RegulatorPack pack;
    std::int64_t still_up = 0;
    for (const auto id : notice->findings) {
        const auto known = cases_.standing(id);
        if (known && is_still_up(known->state)) ++still_up;
    }
    if (const auto reason = followup::why_not_escalated(*notice, still_up, actor.at))
        return Error{Errc::refused, *reason};
    const auto text = text_of_notice(*notice);
    if (!text) return text.error();
    const auto noted =
        note_look(actor, "notice.escalate",
                  fmt::format("N-{} {} {}", notice->id.value, notice->case_pseudonym, name_of(*regulator)));
    if (!noted) return noted.error();
    pack.regulator = *regulator;
    pack.notice = *notice;
    pack.text = *text;
    const auto sent_at = notice->sent_at.value_or(actor.at);
    for (const auto id : notice->findings) {
        const auto places = cases_.best_occurrences(id, most_places_told);
        if (const auto finding = cases_.find_finding(id))
            pack.places_left_out +=
                std::max<std::int64_t>(finding->occurrences - static_cast<std::int64_t>(places.size()), 0);
        for (const auto& place : places) {
            const auto checks = store::StillUpChecks(cases_).of_place(place.id, sent_at, most_checks);
            for (const auto& check : checks) // what shows that it was up then
                if (!check.evidence_file.empty())
                    pack.witnesses.push_back({id, check.evidence_file, check.evidence_digest.hex()});
            // Where no check has ended yet, what is known of it otherwise.
            if (checks.empty())
                add_looks(pack.looks, place, sent_at);
            else
                add_checks(pack.looks, place, checks);
            if (place.evidence == EvidenceState::stored && !place.evidence_file.empty())
                pack.witnesses.push_back({id, place.evidence_file, place.evidence_digest.hex()});
        }
    }
    std::ranges::stable_sort(pack.looks, {}, &followup::TimedLook::at);
    pack.organisation = settings_.notices.sender.name;
    pack.signatory = settings_.notices.sender.signatory;
    pack.email = settings_.notices.sender.notice_email;
    pack.now = actor.at;
    auto object = describe_notice(*notice);
    object["regulator"] = name_of(*regulator);
    object["still_up"] = still_up;
    object["looks"] = pack.looks.size();
    object["places_left_out"] = pack.places_left_out;
    object["evidence"] = pack.witnesses.size();
    object["text"] = followup::text_of(pack);
    return done(std::move(object));
}

} // namespace stillwatch::control
