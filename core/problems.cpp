#include "core/problems.hpp"

#include "core/log.hpp"

namespace stillwatch {

std::string_view name_of(Severity severity) noexcept
{
    return severity == Severity::failing ? "failing" : "warning";
}

void Problems::set(std::string_view kind, std::string_view subject, std::string detail, Severity severity)
{
    const std::pair key{std::string(kind), std::string(subject)};
    const auto known = problems_.find(key);
    if (detail.empty()) {
        if (known == problems_.end()) return;
        log::info("problems", "problem ended", {{"kind", kind}, {"subject", subject}});
        problems_.erase(known);
        return;
    }
    if (known != problems_.end()) {
        known->second.detail = std::move(detail);
        known->second.severity = severity;
        return;
    }
    if (severity == Severity::failing)
        log::error("problems", "problem began", {{"kind", kind}, {"subject", subject}, {"detail", detail}});
    else
        log::warn("problems", "problem began", {{"kind", kind}, {"subject", subject}, {"detail", detail}});
    problems_[key] = Problem{key.first, key.second, std::move(detail), clock_.now(), severity};
}

bool Problems::is_set(std::string_view kind, std::string_view subject) const
{
    return problems_.contains({std::string(kind), std::string(subject)});
}

std::vector<Problem> Problems::current() const
{
    std::vector<Problem> all;
    for (const auto& [key, problem] : problems_)
        all.push_back(problem);
    return all;
}

void Problems::keep_only(std::string_view kind, const std::set<std::string>& subjects)
{
    for (const auto& problem : current())
        if (problem.kind == kind && !subjects.contains(problem.subject)) clear(kind, problem.subject);
}

std::string to_string(const Problem& problem)
{
    return problem.kind + (problem.subject.empty() ? "" : " " + problem.subject) + ": " + problem.detail;
}

} // namespace stillwatch
