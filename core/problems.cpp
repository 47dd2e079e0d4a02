#include "core/problems.hpp"

#include "core/log.hpp"

namespace stillwatch {

void Problems::set(std::string_view kind, std::string_view subject, std::string detail)
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
        return;
    }
    log::error("problems", "problem began", {{"kind", kind}, {"subject", subject}, {"detail", detail}});
    problems_[key] = Problem{key.first, key.second, std::move(detail), clock_.now()};
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

std::string to_string(const Problem& problem)
{
    return problem.kind + (problem.subject.empty() ? "" : " " + problem.subject) + ": " + problem.detail;
}

} // namespace stillwatch
