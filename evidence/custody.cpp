#include "evidence/custody.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::evidence {

namespace {

struct Step {
    Timestamp at;
    json::object told;
};

void add_answers(std::vector<Step>& steps, const std::vector<Fetched>& answers, std::string_view what)
{
    for (const auto& answer : answers)
        steps.push_back({answer.started, json::object{{"event", "fetched"},
                                                      {"what", what},
                                                      {"url", answer.url.text()},
                                                      {"status", answer.status},
                                                      {"bytes", answer.body.size()},
                                                      {"sha256", Sha256::of(answer.body).hex()}}});
}

} // namespace

std::string render_custody(const EvidenceSettings& settings, const EvidenceFacts& facts,
                           const Capture& capture)
{
    std::vector<Step> steps;
    add_answers(steps, capture.page, "page");
    add_answers(steps, capture.image, "picture");
    if (facts.check && facts.check->same) steps.back().told["same_as"] = facts.check->same->package;
    add_answers(steps, capture.parts, "part of a video");
    for (const auto& style : capture.styles)
        add_answers(steps, style->chain, "style sheet");
    std::ranges::stable_sort(steps, {}, &Step::at);
    steps.push_back({facts.recorded_at, json::object{{"event", "compared and recorded"},
                                                     {"what", "picture"},
                                                     {"sha256", facts.finding.content.hex()},
                                                     {"reference", facts.reference_name}}});
    // For whom it is sealed does not stand inside: sealing it anew must not change what was signed.
    steps.push_back(
        {facts.recorded_at, json::object{{"event", "packaged, signed and sealed"}, {"what", "package"}}});
    std::string text;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        auto line = std::move(steps[i].told);
        line["step"] = i + 1;
        line["at"] = format_utc(steps[i].at);
        line["by"] = fmt::format("{}, {}", settings.organisation, settings.software);
        text += json::serialize(line) + "\n";
    }
    return text;
}

} // namespace stillwatch::evidence
