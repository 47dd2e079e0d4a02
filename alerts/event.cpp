#include "alerts/event.hpp"

#include "core/ascii.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "core/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace stillwatch::alerts {

namespace {

// A part with its length in front, so that parts do not run together.
void add(Sha256Hasher& hasher, std::string_view part)
{
    hasher.update(as_bytes(fmt::format("{}:", part.size())));
    hasher.update(as_bytes(part));
}

bool is_word(std::string_view text, std::size_t longest)
{
    return text.size() <= longest && std::ranges::all_of(text, [](char letter) {
               return is_letter_or_digit(letter) || letter == '_' || letter == '-' || letter == '.';
           });
}

bool is_base64(std::string_view text)
{
    return text.size() <= 128 && std::ranges::all_of(text, [](char letter) {
               return is_letter_or_digit(letter) || letter == '+' || letter == '/' || letter == '=';
           });
}

std::optional<Relation> relation_from_name(std::string_view name)
{
    for (const auto relation : {Relation::copy, Relation::edited, Relation::same_scene, Relation::face_only})
        if (name_of(relation) == name) return relation;
    return std::nullopt;
}

std::optional<int> small_number(const json::object& object, std::string_view key)
{
    const auto number = number_member(object, key);
    if (!number || *number < 0 || *number > std::numeric_limits<int>::max()) return std::nullopt;
    return static_cast<int>(*number);
}

struct HeartbeatNumber {
    std::string_view name;
    std::int64_t Heartbeat::*member;
};
constexpr std::array<HeartbeatNumber, 9> heartbeat_numbers{{
    {"sites", &Heartbeat::sites},
    {"checked", &Heartbeat::checked},
    {"blocked", &Heartbeat::blocked},
    {"failed", &Heartbeat::failed},
    {"compared", &Heartbeat::compared},
    {"pictures_waiting", &Heartbeat::pictures_waiting},
    {"alerts_waiting", &Heartbeat::alerts_waiting},
    {"oldest_alert_seconds", &Heartbeat::oldest_alert_seconds},
    {"problems", &Heartbeat::problems},
}};

std::optional<Heartbeat> read_heartbeat(const json::object& object)
{
    Heartbeat heartbeat;
    const auto since = parse_utc(text_member(object, "since").value_or(""));
    if (!since) return std::nullopt;
    heartbeat.since = *since;
    for (const auto& [name, member] : heartbeat_numbers) {
        const auto number = number_member(object, name);
        if (!number || *number < 0) return std::nullopt;
        heartbeat.*member = *number;
    }
    heartbeat.last_match = parse_utc(text_member(object, "last_match").value_or(""));
    heartbeat.key = text_member(object, "key").value_or("");
    heartbeat.signature = text_member(object, "signature").value_or("");
    return heartbeat;
}

} // namespace

std::string alert_id(std::string_view case_pseudonym, ReferenceId reference, std::string_view picture_key,
                     std::string_view address_key, int epoch)
{
    Sha256Hasher hasher;
    add(hasher, "stillwatch alert 1");
    add(hasher, case_pseudonym);
    add(hasher, std::to_string(reference.value));
    add(hasher, picture_key);
    add(hasher, address_key);
    add(hasher, std::to_string(epoch));
    const auto digest = hasher.finish();
    auto text = to_base32(ByteView(digest.bytes).first(16));
    std::ranges::transform(text, text.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return "alt_" + text;
}

AlertEvent test_event(std::string_view channel, Timestamp now, std::string_view link_pattern)
{
    AlertEvent event;
    event.alert_id = alert_id("test", ReferenceId{}, format_utc(now), channel, 0);
    event.type = "test";
    event.at = now;
    event.count = 0;
    event.epoch = 0;
    event.link = alert_link(link_pattern, event.alert_id);
    return event;
}

AlertEvent problem_event(const ToldEvent& told, Timestamp now, std::string_view link_pattern)
{
    AlertEvent event;
    event.type = told.began ? "problem.began" : "problem.ended";
    event.alert_id =
        alert_id(event.type, ReferenceId{told.episode}, told.problem, told.subject + told.pseudonym, 0);
    event.at = now;
    event.case_pseudonym = told.pseudonym;
    event.count = 0;
    event.epoch = 0;
    event.link = alert_link(link_pattern, event.alert_id);
    event.problem = told.problem;
    if (is_word(told.subject, 64) && told.subject.find('.') == std::string::npos)
        event.subject = told.subject;
    return event;
}

AlertEvent heartbeat_event(const Heartbeat& heartbeat, Timestamp now, std::string_view link_pattern)
{
    AlertEvent event;
    event.type = "heartbeat";
    event.alert_id = alert_id("", ReferenceId{}, "heartbeat", format_utc(now), 0);
    event.at = now;
    event.count = 0;
    event.epoch = 0;
    event.link = alert_link(link_pattern, event.alert_id);
    event.heartbeat = heartbeat;
    return event;
}

std::string signed_text(const Heartbeat& heartbeat, Timestamp at)
{
    auto text = fmt::format("stillwatch heartbeat 1\nat: {}\nsince: {}\n", format_utc(at),
                            format_utc(heartbeat.since));
    for (const auto& [name, member] : heartbeat_numbers)
        text += fmt::format("{}: {}\n", name, heartbeat.*member);
    return text +
           fmt::format("last_match: {}\n", heartbeat.last_match ? format_utc(*heartbeat.last_match) : "none");
}

json::object heartbeat_json(const Heartbeat& heartbeat)
{
    json::object object;
    object["since"] = format_utc(heartbeat.since);
    for (const auto& [name, member] : heartbeat_numbers)
        object[name] = heartbeat.*member;
    object["last_match"] =
        heartbeat.last_match ? json::value(format_utc(*heartbeat.last_match)) : json::value(nullptr);
    object["key"] = heartbeat.key;
    object["signature"] = heartbeat.signature;
    return object;
}

std::string alert_link(std::string_view pattern, std::string_view alert_id)
{
    constexpr std::string_view mark = "{alert}";
    std::string link(pattern);
    if (const auto place = link.find(mark); place != std::string::npos)
        link.replace(place, mark.size(), alert_id);
    return link;
}

bool is_problem(const AlertEvent& event)
{
    return event.type == "problem.began" || event.type == "problem.ended";
}

bool is_notice(const AlertEvent& event)
{
    return event.type.starts_with("notice.");
}

std::string write_event(const AlertEvent& event)
{
    json::object object;
    object["alert"] = event.alert_id;
    object["type"] = event.type;
    object["at"] = format_utc(event.at);
    object["case"] = event.case_pseudonym;
    object["tier"] = name_of(event.tier);
    object["relation"] = name_of(event.relation);
    object["count"] = event.count;
    object["epoch"] = event.epoch;
    object["link"] = event.link;
    if (is_problem(event)) {
        object["problem"] = event.problem;
        object["subject"] = event.subject;
    }
    if (event.finding > 0) object["finding"] = event.finding;
    if (event.is_hash_only) object["hash_only"] = true;
    if (event.is_evidence_pending) object["evidence"] = "pending";
    if (!event.bundle.empty()) {
        object["bundle"] = event.bundle;
        object["cases"] = event.cases;
    }
    if (is_notice(event)) object["notice"] = event.notice;
    if (event.deadline) object["deadline"] = format_utc(*event.deadline);
    if (event.heartbeat) object["heartbeat"] = heartbeat_json(*event.heartbeat);
    return json::serialize(object);
}

Result<AlertEvent> read_event(std::string_view text)
{
    const auto parsed = parse_json(text);
    if (!parsed) return parsed.error();
    const auto* object = parsed->if_object();
    if (!object) return Error{Errc::malformed, "alert event: not an object"};
    const auto alert = text_member(*object, "alert");
    const auto type = text_member(*object, "type");
    const auto at = parse_utc(text_member(*object, "at").value_or(""));
    const auto pseudonym = text_member(*object, "case");
    const auto tier = tier_from_name(text_member(*object, "tier").value_or(""));
    const auto relation = relation_from_name(text_member(*object, "relation").value_or(""));
    const auto count = small_number(*object, "count");
    const auto epoch = small_number(*object, "epoch");
    const auto link = text_member(*object, "link");
    if (!alert || !type || !at || !pseudonym || !tier || !relation || !count || !epoch || !link)
        return Error{Errc::malformed, "alert event: a member is missing or of another kind"};
    AlertEvent event;
    event.alert_id = *alert;
    event.type = *type;
    event.at = *at;
    event.case_pseudonym = *pseudonym;
    event.tier = *tier;
    event.relation = *relation;
    event.count = *count;
    event.epoch = *epoch;
    event.link = *link;
    event.problem = text_member(*object, "problem").value_or("");
    event.subject = text_member(*object, "subject").value_or("");
    // Not in the events of older programs.
    event.finding = number_member(*object, "finding").value_or(0);
    event.is_hash_only = bool_member(*object, "hash_only").value_or(false);
    event.is_evidence_pending = text_member(*object, "evidence") == "pending";
    event.bundle = text_member(*object, "bundle").value_or("");
    event.cases = small_number(*object, "cases").value_or(0);
    if (const auto* told = object->if_contains("heartbeat"); told && told->is_object())
        event.heartbeat = read_heartbeat(told->get_object());
    event.notice = number_member(*object, "notice").value_or(0);
    event.deadline = parse_utc(text_member(*object, "deadline").value_or(""));
    if (event.finding < 0) return Error{Errc::malformed, "alert event: no finding has that number"};
    if (!is_well_formed(event)) return Error{Errc::malformed, "alert event: a member holds more than it may"};
    return event;
}

bool is_well_formed(const AlertEvent& event)
{
    if (event.alert_id.empty() || !is_word(event.alert_id, 64)) return false;
    // A dot would end the id inside the signed content of a webhook.
    if (event.alert_id.find('.') != std::string::npos) return false;
    if (event.type.empty() || !is_word(event.type, 64) || !is_word(event.case_pseudonym, 32)) return false;
    if (is_problem(event) ? event.problem.empty() : !event.problem.empty() || !event.subject.empty())
        return false;
    if (!is_word(event.bundle, 16) || (event.type == "heartbeat") != event.heartbeat.has_value())
        return false;
    if (event.heartbeat && (!is_base64(event.heartbeat->key) || !is_base64(event.heartbeat->signature)))
        return false;
    if (is_notice(event) ? event.notice <= 0 || !event.deadline
                         : event.notice != 0 || event.deadline.has_value())
        return false;
    if (!is_word(event.problem, 64) || !is_word(event.subject, 64)) return false;
    if (event.problem.find('.') != std::string::npos || event.subject.find('.') != std::string::npos)
        return false;
    const auto is_plain = [](char letter) {
        return letter > ' ' && letter < 0x7F && letter != '"' && letter != '<' && letter != '>';
    };
    if (event.disclosed.size() > 2048 || !std::ranges::all_of(event.disclosed, is_plain)) return false;
    if (event.link.empty()) return true;
    if (event.link.size() > 2048) return false;
    return std::ranges::all_of(event.link, is_plain) && Url::parse(event.link).has_value();
}

} // namespace stillwatch::alerts
