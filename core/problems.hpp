#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stillwatch {

// What a problem means for the promise: `failing` breaks it for somebody protected (health answers 503),
// `warning` calls for a person all the same (health answers 200 and names it).
enum class Severity : std::uint8_t { failing, warning };
std::string_view name_of(Severity severity) noexcept;

// Something that lasts, keeps us from working as promised and calls for a person.
struct Problem {
    std::string kind; // in snake_case, the same word in health, `status`, metrics and log: "evidence", "disk"
    std::string subject; // which site, channel or case pseudonym; empty where there is one only
    std::string detail;  // one sentence, safe to log: no page content, no secrets
    Timestamp since{};
    Severity severity = Severity::failing;

    friend bool operator==(const Problem&, const Problem&) = default;
};

// What is wrong now. Whoever notices a problem raises it, and clears it when it has passed; health, `status`,
// metrics and alerts are told from here. Each begin and each end is one line of the log. Loop thread only.
class Problems {
public:
    explicit Problems(const Clock& clock) : clock_(clock) {}

    // Raises the problem, or changes its detail where it stands already; an empty detail clears it.
    void set(std::string_view kind, std::string_view subject, std::string detail,
             Severity severity = Severity::failing);
    void clear(std::string_view kind, std::string_view subject = {}) { set(kind, subject, {}); }

    bool is_set(std::string_view kind, std::string_view subject = {}) const;
    // By kind, then by subject.
    std::vector<Problem> current() const;
    // Clears every problem of a kind whose subject is none of these: sites that left the watch list.
    void keep_only(std::string_view kind, const std::set<std::string>& subjects);

private:
    const Clock& clock_;
    std::map<std::pair<std::string, std::string>, Problem> problems_;
};

// "kind subject: detail".
std::string to_string(const Problem& problem);

} // namespace stillwatch
