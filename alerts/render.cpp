#include "alerts/render.hpp"

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
    if (event.type == "guard.tripped") return "A picture that nobody may look at was met";
    if (event.type == "match.capped")
        return fmt::format("More matches than are told in a day ({})", event.case_pseudonym);
    return fmt::format("{} {} attention ({})", event.count, event.count == 1 ? "item needs" : "items need",
                       event.case_pseudonym);
}

// The facts in the order in which people read them.
std::vector<std::pair<std::string, std::string>> facts(const AlertEvent& event)
{
    std::vector<std::pair<std::string, std::string>> result;
    result.emplace_back("Alert", event.alert_id);
    result.emplace_back("Event", event.type);
    result.emplace_back("Time", format_utc(event.at));
    if (event.type == "test") return result;
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
    result.emplace_back("Case", event.case_pseudonym);
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
    } else if (event.type != "test") {
        data["case"] = event.case_pseudonym;
        data["tier"] = name_of(event.tier);
        data["relation"] = name_of(event.relation);
        data["count"] = event.count;
        data["epoch"] = event.epoch;
        data["finding"] = event.finding > 0 ? json::value(event.finding) : json::value(nullptr);
        data["evidence"] = event.is_evidence_pending ? "pending" : "stored";
    }
    data["link"] = event.link.empty() ? json::value(nullptr) : json::value(event.link);
    json::object payload;
    payload["type"] = event.type;
    payload["timestamp"] = format_utc(event.at);
    payload["data"] = std::move(data);
    return json::serialize(payload);
}

} // namespace stillwatch::alerts
