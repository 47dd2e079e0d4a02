#pragma once

#include "core/json.hpp"
#include "core/problems.hpp"
#include "daemon/health_judge.hpp"

#include <string>
#include <vector>

// How health looks outside: /healthz, `status`, metrics.
namespace stillwatch::daemon {

// What GET /healthz answers: 503 where something is failing.
struct HealthAnswer {
    bool is_fine = true;
    std::string
        text; // "ok" first where it is fine; then "failing KIND SUBJECT: DETAIL" or "warning …" a line
};
HealthAnswer health_answer(const std::vector<Problem>& problems);

// Rows for `status`: kind, subject, severity, since, detail.
json::array problem_rows(const std::vector<Problem>& problems);

// Gauges in Prometheus' text format. Subjects are labels only where they are names of the configuration;
// others are counted under their kind.
std::string problem_metrics(const std::vector<Problem>& problems, const HealthSettings& settings);
std::string site_metrics(const std::vector<SiteFacts>& sites, Timestamp now);

} // namespace stillwatch::daemon
