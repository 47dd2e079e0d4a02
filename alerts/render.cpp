#include "alerts/render.hpp"

#include "alerts/rules.hpp"
#include "core/json.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace stillwatch::alerts {

namespace {

std::string headline(const AlertEvent& event)
{
    if (event.type == "test") return "Test alert: nothing needs to be done";
    if (is_problem(event)) {
        const auto what = event.problem + (event.subject.empty() ? "" : " " + event.subject) +
                          (event.case_pseudonym.empty() ? "" : " (" + event.case_pseudonym + ")");
        return event.type == "problem.began" ? "Stillwatch has a problem: " + what
                                             : "The problem is over: " + what;
    }
    if (event.type == "heartbeat") return "Stillwatch is watching";
    if (event.type == "consent.withdrawn")
        return fmt::format("The case was withdrawn and erased ({})", event.case_pseudonym);
    if (event.type == "guard.tripped") return "A picture that nobody may look at was met";
    if (event.type == "reference.quarantined")
        return fmt::format("A reference was set aside ({})", event.case_pseudonym);
    if (event.type == "reference.collided")
        return fmt::format("A reference shows the same picture as one of another case ({})",
                           event.case_pseudonym);
    if (event.type == "item.down")
        return fmt::format("{} {} down ({})", event.count, event.count == 1 ? "item is" : "items are",
                           event.case_pseudonym);
    if (is_notice(event))
        return fmt::format("The time of a notice {} ({})",
                           event.type == "notice.overdue" ? "is over" : "ends soon", event.case_pseudonym);
    if (event.bundle == "reminder")
        return fmt::format("{} {} for an answer ({})", event.count,
                           event.count == 1 ? "item waits" : "items wait", event.case_pseudonym);
    if (!event.bundle.empty() && event.case_pseudonym.empty())
        return fmt::format(
            "{}{} {} attention in {} {}", event.count, event.bundle == "overflow" ? " more" : "",
            event.count == 1 ? "item needs" : "items need", event.cases, event.cases == 1 ? "case" : "cases");
    if (event.type == "match.capped")
        return fmt::format("More matches than are told in a day ({})", event.case_pseudonym);
    return fmt::format("{} {} attention ({})", event.count, event.count == 1 ? "item needs" : "items need",
                       event.case_pseudonym);
}

using Facts = std::vector<std::pair<std::string, std::string>>;

void add_heartbeat(Facts& facts, const AlertEvent& event)
{
    const auto& beat = *event.heartbeat;
    facts.emplace_back("Since", format_utc(beat.since));
    facts.emplace_back("Sites", fmt::format("{}, answered: {}, blocked: {}, failed: {}", beat.sites,
                                            beat.checked, beat.blocked, beat.failed));
    facts.emplace_back("Pictures",
                       fmt::format("{} compared, {} waiting", beat.compared, beat.pictures_waiting));
    facts.emplace_back("Alerts", fmt::format("{} waiting, the oldest for {} s", beat.alerts_waiting,
                                             beat.oldest_alert_seconds));
    facts.emplace_back("Problems", std::to_string(beat.problems));
    facts.emplace_back("Last match", beat.last_match ? format_utc(*beat.last_match) : "none");
}

// The facts in the order in which people read them.
std::vector<std::pair<std::string, std::string>> facts(const AlertEvent& event)
{
    std::vector<std::pair<std::string, std::string>> result;
    result.emplace_back("Alert", event.alert_id);
    result.emplace_back("Event", event.type);
    result.emplace_back("Time", format_utc(event.at));
    if (event.type == "test") return result;
    if (event.heartbeat) {
        add_heartbeat(result, event);
        return result;
    }
    if (is_problem(event)) {
        result.emplace_back("Problem", event.problem);
        if (!event.subject.empty()) result.emplace_back("Subject", event.subject);
        if (!event.case_pseudonym.empty()) result.emplace_back("Case", event.case_pseudonym);
        return result;
    }
    if (event.type == "guard.tripped") {
        result.emplace_back("What", "Nothing of it or of its page was kept but address, time and reason: "
                                    "`stillwatch guard list`");
        return result;
    }
    if (!event.case_pseudonym.empty()) result.emplace_back("Case", event.case_pseudonym);
    if (is_notice(event)) {
        result.emplace_back("Notice", fmt::format("N-{}", event.notice));
        if (event.deadline) result.emplace_back("Time ends", format_utc(*event.deadline));
        result.emplace_back("Still up",
                            fmt::format("{} {}", event.count, event.count == 1 ? "item" : "items"));
        return result;
    }
    const bool is_of_findings = event.type.starts_with("match.") || event.type == "item.down";
    if (!is_of_findings) return result;
    if (!event.disclosed.empty()) result.emplace_back("Where", event.disclosed);
    if (event.type == "match.capped") {
        result.emplace_back("Count",
                            fmt::format("{} new findings today on one site; further ones are counted, and "
                                        "compared again tomorrow. `stillwatch status` names the site",
                                        event.count));
        return result;
    }
    if (event.finding > 0) result.emplace_back("Finding", fmt::format("F-{}", event.finding));
    result.emplace_back("Tier", std::string(name_of(event.tier)));
    result.emplace_back("Relation", std::string(name_of(event.relation)));
    if (event.is_hash_only)
        result.emplace_back("Known by", "a hash that others brought; nobody here has the picture itself");
    result.emplace_back("Count", std::to_string(event.count));
    result.emplace_back("Epoch", std::to_string(event.epoch));
    if (event.is_evidence_pending)
        result.emplace_back("Evidence",
                            "pending: it could not be written yet, and is made as soon as it can be");
    return result;
}

constexpr std::string_view advice = "`stillwatch status` says more.";

constexpr std::string_view closing = "This message never holds pictures, names or addresses of pages. "
                                     "Details are at the desk only.";

std::string escaped(std::string_view text)
{
    std::string result;
    for (const char letter : text) {
        switch (letter) {
        case '&': result += "&amp;"; break;
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '"': result += "&quot;"; break;
        case '\'': result += "&#39;"; break;
        default: result.push_back(letter);
        }
    }
    return result;
}

} // namespace

std::string subject_of(const AlertEvent& event)
{
    return "[Desk] " + headline(event);
}

std::string text_of(const AlertEvent& event)
{
    auto text = headline(event) + "\n\n";
    for (const auto& [name, content] : facts(event))
        text += fmt::format("{}: {}\n", name, content);
    if (is_problem(event)) text += fmt::format("\n{}\n", advice);
    if (event.heartbeat)
        text += fmt::format("\n-----BEGIN SIGNED HEARTBEAT-----\n{}-----END SIGNED HEARTBEAT-----\n"
                            "Key (Ed25519): {}\nSignature: {}\n",
                            signed_text(*event.heartbeat, event.at), event.heartbeat->key,
                            event.heartbeat->signature);
    if (!event.link.empty()) text += fmt::format("\nOpen it at the desk: {}\n", event.link);
    return text + fmt::format("\n{}\n", closing);
}

std::string html_of(const AlertEvent& event)
{
    auto html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{0}</title></head>\n"
        "<body>\n<p><strong>{0}</strong></p>\n<table>\n",
        escaped(headline(event)));
    for (const auto& [name, content] : facts(event))
        html +=
            fmt::format("<tr><th align=\"left\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(content));
    html += "</table>\n";
    if (is_problem(event)) html += fmt::format("<p>{}</p>\n", escaped(advice));
    if (!event.link.empty()) html += fmt::format("<p><a href=\"{0}\">{0}</a></p>\n", escaped(event.link));
    return html + fmt::format("<p>{}</p>\n</body>\n</html>\n", closing);
}

std::string payload_of(const AlertEvent& event)
{
    json::object data;
    data["alert"] = event.alert_id;
    if (is_problem(event)) {
        data["problem"] = event.problem;
        data["subject"] = event.subject;
        data["case"] = event.case_pseudonym;
        data["event"] = topic_of(event.type, event.problem);
    } else if (event.heartbeat) {
        data["heartbeat"] = heartbeat_json(*event.heartbeat);
    } else if (!event.bundle.empty() && event.case_pseudonym.empty()) {
        data["count"] = event.count;
        data["cases"] = event.cases;
        data["bundle"] = event.bundle;
    } else if (!event.type.starts_with("match.") && event.type != "item.down" && event.type != "test") {
        data["case"] = event.case_pseudonym;
        data["count"] = event.count;
        if (is_notice(event)) data["notice"] = event.notice;
        if (event.deadline) data["deadline"] = format_utc(*event.deadline);
    } else if (event.type != "test") {
        data["case"] = event.case_pseudonym;
        data["tier"] = name_of(event.tier);
        data["relation"] = name_of(event.relation);
        if (event.is_hash_only) data["hash_only"] = true;
        data["count"] = event.count;
        data["epoch"] = event.epoch;
        data["finding"] = event.finding > 0 ? json::value(event.finding) : json::value(nullptr);
        data["evidence"] = event.is_evidence_pending ? "pending" : "stored";
        if (!event.bundle.empty()) data["bundle"] = event.bundle;
        if (!event.disclosed.empty()) data["where"] = event.disclosed;
    }
    data["link"] = event.link.empty() ? json::value(nullptr) : json::value(event.link);
    json::object payload;
    payload["type"] = event.type;
    payload["timestamp"] = format_utc(event.at);
    payload["data"] = std::move(data);
    return json::serialize(payload);
}

} // namespace stillwatch::alerts
