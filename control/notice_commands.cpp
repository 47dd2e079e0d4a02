#include "control/forms.hpp"

#include "cases/finding_life.hpp"
#include "cases/plain_name.hpp"
#include "followup/draft.hpp"
#include "followup/sealed_notice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

// The commands about notices that ask to take pictures down. A person sends them; what was sent, where and
// when, they say here.
namespace stillwatch::control {

namespace {

using followup::Route;
using store::NoticeId;
using store::NoticeRow;
using store::NoticeState;

constexpr std::size_t most_findings = 500;   // of one notice
constexpr std::size_t most_places = 1'000;   // of one finding
constexpr std::size_t longest_line = 300;    // of a recipient, a ticket, a reason
constexpr std::size_t longest_value = 4'000; // of "--set"

json::value time_or_null(const std::optional<Timestamp>& time)
{
    return time ? json::value(format_utc(*time)) : json::value(nullptr);
}

// One line as people write it: an address, the number that a host gave.
Result<std::string> line_argument(const json::object& arguments, std::string_view name)
{
    auto text = text_argument(arguments, name);
    if (!text) return text.error();
    const bool is_line = text->size() <= longest_line && std::ranges::none_of(*text, [](char letter) {
                             const auto code = static_cast<unsigned char>(letter);
                             return code < ' ' || code == 0x7F;
                         });
    if (!is_line) return missing(name, fmt::format("one line of at most {} bytes", longest_line));
    return *std::move(text);
}

Result<std::string> line_or_nothing(const json::object& arguments, std::string_view name)
{
    if (!arguments.contains(name)) return std::string();
    return line_argument(arguments, name);
}

// "at" of the arguments: when it happened, not in the future and not before the draft; absent: now.
Result<Timestamp> time_of(const json::object& arguments, const NoticeRow& notice, Timestamp now)
{
    if (!arguments.contains("at")) return now;
    const auto at = time_argument(arguments, "at");
    if (!at) return at.error();
    // People write minutes.
    const auto earliest =
        std::chrono::floor<std::chrono::minutes>(notice.sent_at.value_or(notice.drafted_at));
    if (*at > now || *at < earliest)
        return Error{Errc::invalid_argument, fmt::format("at: between {} and now", format_utc(earliest))};
    return *at;
}

Result<followup::NoticeData> set_argument(const json::object& arguments)
{
    followup::NoticeData data;
    const auto* set = arguments.if_contains("set");
    if (!set) return data;
    constexpr std::string_view form = "texts by name, each at most 4000 bytes";
    if (!set->is_object()) return missing("set", form);
    for (const auto& [name, value] : set->get_object()) {
        if (!value.is_string() || value.get_string().size() > longest_value) return missing("set", form);
        const bool is_clean = std::ranges::none_of(value.get_string(), [](char letter) {
            const auto code = static_cast<unsigned char>(letter);
            return (code < ' ' && letter != '\n' && letter != '\t') || code == 0x7F;
        });
        if (!is_clean) return missing("set", "texts without control characters");
        data[std::string(name)] = std::string(value.get_string());
    }
    return data;
}

} // namespace

json::object describe_notice(const NoticeRow& notice)
{
    json::object object;
    object["notice"] = notice.id.value;
    object["case"] = notice.case_pseudonym;
    object["route"] = notice.route;
    object["language"] = notice.language;
    object["host"] = notice.host;
    object["state"] = name_of(notice.state);
    object["drafted_at"] = format_utc(notice.drafted_at);
    object["drafted_by"] = notice.drafted_by;
    object["sent_at"] = time_or_null(notice.sent_at);
    object["recipient"] = notice.recipient;
    object["deadline_at"] = time_or_null(notice.deadline_at);
    object["ticket"] = notice.ticket;
    object["answered_at"] = time_or_null(notice.answered_at);
    object["reason"] = notice.reason;
    json::array findings;
    for (const auto id : notice.findings)
        findings.push_back(id.value);
    object["findings"] = std::move(findings);
    return object;
}

Result<NoticeRow> Commands::notice_argument(const json::object& arguments)
{
    constexpr std::string_view form = "a notice's number, 3 or N-3";
    const auto* id = arguments.if_contains("id");
    std::int64_t number = 0;
    if (id && id->is_int64()) {
        number = id->get_int64();
    } else if (id && id->is_string()) {
        std::string_view text = id->get_string();
        if (text.starts_with("N-") || text.starts_with("n-")) text.remove_prefix(2);
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size()) return missing("id", form);
    } else {
        return missing("id", form);
    }
    auto notice = store::NoticeTable(cases_).find(NoticeId{number});
    if (!notice) return Error{Errc::not_found, fmt::format("no notice N-{}", number)};
    return *std::move(notice);
}

Result<std::string> Commands::text_of_notice(const NoticeRow& notice) const
{
    const auto c = cases_.find_case(notice.case_id);
    if (!c || !settings_.open_notice) return Error{Errc::refused, "its text cannot be opened here"};
    return settings_.open_notice(*c, notice.id, notice.sealed);
}

Result<CommandOutcome> Commands::notice_draft(const json::object& arguments, const store::Actor& actor)
{
    const auto named = text_member(arguments, "route");
    const auto route = named ? followup::route_from_name(*named) : std::nullopt;
    if (!route) return missing("route", "one of: " + followup::route_names());
    const auto set = set_argument(arguments);
    if (!set) return set.error();
    auto language = line_or_nothing(arguments, "language");
    if (!language) return language.error();
    const auto chosen = chosen_findings(arguments, actor.at);
    if (!chosen) return chosen.error();
    if (chosen->size() > most_findings)
        return Error{Errc::refused, fmt::format("{} findings: draft several notices of at most {}",
                                                chosen->size(), most_findings)};
    std::vector<followup::FoundThere> found;
    for (const auto& known : *chosen)
        if (auto finding = cases_.find_finding(known.id))
            found.push_back({*std::move(finding), cases_.best_occurrences(known.id, most_places),
                             cases_.history(known.id)});
    followup::DraftRequest request{*route, *std::move(language), *set, actor.name, actor.at};
    if (request.language.empty()) request.language = settings_.notices.language;
    if (const auto reason = followup::why_not_together(found, actor.name))
        return Error{Errc::refused, *reason};

    NoticeRow notice;
    notice.case_id = found.front().finding.case_id;
    notice.case_pseudonym = found.front().finding.case_pseudonym;
    notice.route = *named;
    notice.language = request.language;
    notice.host = followup::host_of(found.front().finding);
    notice.drafted_at = actor.at;
    notice.drafted_by = actor.name;
    for (const auto& each : found)
        notice.findings.push_back(each.finding.id);
    const auto c = cases_.find_case(notice.case_id);
    if (!c) return Error{Errc::not_found, "its case"};
    std::string text;
    const auto added = store::NoticeTable(cases_).add(
        notice,
        [&](NoticeId id) -> Result<Bytes> {
            auto made = followup::draft(found, request, settings_.notices, id);
            if (!made) return made.error();
            text = *std::move(made);
            return followup::seal_notice(*c, id, text);
        },
        actor);
    if (!added) return added.error();
    notice.id = *added;
    auto object = describe_notice(notice);
    const auto& rule = followup::rule_of(*route);
    object["title"] = rule.title;
    object["privacy"] = rule.privacy;
    // As it would be if it were sent now.
    object["time_ends"] = time_or_null(followup::deadline_of(*route, actor.at, settings_.notices.follow_up));
    object["recipients"] = recipients_of(notice, *route);
    json::array others;
    for (const auto& host : followup::other_hosts_of(found))
        others.push_back(json::string(host));
    object["picture_hosts"] = std::move(others);
    object["text"] = text;
    return done(std::move(object));
}

Result<CommandOutcome> Commands::notice_list(const json::object& arguments, const store::Actor& actor)
{
    store::NoticeTable::Query query;
    query.limit = static_cast<std::size_t>(limit_of(arguments, 1'000));
    std::string object = "all cases";
    if (arguments.contains("about")) {
        const auto about = text_argument(arguments, "about");
        if (!about) return about.error();
        if (const auto c = book_.find(*about)) {
            query.case_id = c->id;
            object = c->pseudonym;
        } else {
            const auto finding = finding_named(json::value(*about));
            if (!finding)
                return Error{Errc::not_found, fmt::format("\"{}\" is no case and no finding", *about)};
            query.finding = *finding;
            object = fmt::format("F-{}", finding->value);
        }
    }
    if (arguments.contains("state")) {
        const auto state = store::notice_state_from_name(text_member(arguments, "state").value_or(""));
        if (!state) return missing("state", "draft, sent, acknowledged, refused or withdrawn");
        query.states = {*state};
    }
    const auto noted = note_look(actor, "notice.list", object);
    if (!noted) return noted.error();
    json::array rows;
    for (const auto& notice : store::NoticeTable(cases_).list(query))
        rows.push_back(describe_notice(notice));
    return done(std::move(rows));
}

Result<CommandOutcome> Commands::notice_show(const json::object& arguments, const store::Actor& actor)
{
    const auto notice = notice_argument(arguments);
    if (!notice) return notice.error();
    const auto noted = note_look(actor, "notice.show", fmt::format("N-{}", notice->id.value));
    if (!noted) return noted.error();
    auto object = describe_notice(*notice);
    if (const auto route = followup::route_from_name(notice->route))
        object["privacy"] = followup::rule_of(*route).privacy;
    const auto text = text_of_notice(*notice);
    if (!text) return text.error();
    object["text"] = *text;
    return done(std::move(object));
}

std::vector<store::FindingStep> Commands::steps_of(const NoticeRow& notice, cases::FindingEvent event,
                                                   const store::Actor& actor, const std::string& reason) const
{
    std::vector<store::FindingStep> steps;
    for (const auto id : notice.findings) {
        const auto known = cases_.standing(id);
        if (!known) continue;
        const auto then = cases::after(
            {known->state, known->epoch, known->silences, known->is_confirmed_by_person}, {event});
        if (!then) continue; // it is there already, or beyond
        steps.push_back({{id, actor.at, actor.name, std::string(name_of(event)), known->state, then->state,
                          reason, then->epoch},
                         then->silences,
                         then->is_confirmed_by_person});
    }
    return steps;
}

Result<CommandOutcome> Commands::notice_sent(const json::object& arguments, const store::Actor& actor)
{
    auto notice = notice_argument(arguments);
    if (!notice) return notice.error();
    auto recipient = line_or_nothing(arguments, "to");
    if (!recipient) return recipient.error();
    const auto at = time_of(arguments, *notice, actor.at);
    if (!at) return at.error();
    if (notice->state != NoticeState::draft)
        return Error{Errc::refused,
                     fmt::format("N-{} is {}, no draft", notice->id.value, name_of(notice->state))};
    const auto route = followup::route_from_name(notice->route);
    if (!route) return Error{Errc::corrupt, fmt::format("N-{}: its route", notice->id.value)};
    notice->state = NoticeState::sent;
    notice->sent_at = *at;
    notice->recipient = *std::move(recipient);
    notice->deadline_at = followup::deadline_of(*route, *at, settings_.notices.follow_up);
    const auto steps =
        steps_of(*notice, cases::FindingEvent::notice, actor, fmt::format("N-{}", notice->id.value));
    const auto kept = store::NoticeTable(cases_).sent(*notice, steps, actor);
    if (!kept) return kept.error();
    return done(describe_notice(*notice));
}

Result<CommandOutcome> Commands::answer(const json::object& arguments, const store::Actor& actor,
                                        NoticeState state)
{
    auto notice = notice_argument(arguments);
    if (!notice) return notice.error();
    const bool is_acknowledged = state == NoticeState::acknowledged;
    auto word = is_acknowledged ? line_argument(arguments, "ticket") : line_or_nothing(arguments, "reason");
    if (!word) return word.error();
    const auto at = time_of(arguments, *notice, actor.at);
    if (!at) return at.error();
    if (!notice->sent_at || notice->state == NoticeState::withdrawn)
        return Error{Errc::refused, fmt::format("N-{} is {}: only what was sent is answered",
                                                notice->id.value, name_of(notice->state))};
    notice->state = state;
    notice->answered_at = *at;
    (is_acknowledged ? notice->ticket : notice->reason) = *word;
    std::vector<store::FindingStep> steps;
    if (is_acknowledged)
        steps = steps_of(*notice, cases::FindingEvent::acknowledge, actor,
                         cases::is_plain_name(*word) ? *word : fmt::format("N-{}", notice->id.value));
    const auto kept = store::NoticeTable(cases_).answered(*notice, steps, actor);
    if (!kept) return kept.error();
    return done(describe_notice(*notice));
}

Result<CommandOutcome> Commands::notice_acknowledged(const json::object& arguments, const store::Actor& actor)
{
    return answer(arguments, actor, NoticeState::acknowledged);
}

Result<CommandOutcome> Commands::notice_refused(const json::object& arguments, const store::Actor& actor)
{
    return answer(arguments, actor, NoticeState::refused);
}

Result<CommandOutcome> Commands::notice_withdraw(const json::object& arguments, const store::Actor& actor)
{
    auto notice = notice_argument(arguments);
    if (!notice) return notice.error();
    const auto kept = store::NoticeTable(cases_).withdrawn(notice->id, actor);
    if (!kept) return kept.error();
    notice->state = NoticeState::withdrawn;
    return done(describe_notice(*notice));
}

} // namespace stillwatch::control
