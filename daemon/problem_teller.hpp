#pragma once

#include "alerts/rules.hpp"
#include "core/clock.hpp"
#include "core/problems.hpp"
#include "store/case_database.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace stillwatch::daemon {

// What is to be told now.
struct Telling {
    store::ToldProblem told;
    std::vector<store::NewAlert> alerts; // one a channel
};

struct TellingSettings {
    std::chrono::milliseconds after{}; // a problem lasts, or is over, for so long
    // From the start until what is wrong is known again (sites have a grace period): until then nothing is
    // over.
    std::chrono::milliseconds settle{};
    std::vector<alerts::ChannelRules> channels;
    std::set<std::string> sites;
    std::string link;
};

// Decides which problems are told to people: those that last, once each, and that they are over. What was
// told before the start is not told again. Decides only; who calls it stores what it gives and then says
// told().
class ProblemTeller {
public:
    explicit ProblemTeller(const std::vector<store::ToldProblem>& told);

    std::vector<Telling> due(const std::vector<Problem>& problems, Timestamp now,
                             const TellingSettings& settings);
    void told(const store::ToldProblem& problem);

private:
    using Key = std::pair<std::string, std::string>;
    std::map<Key, store::ToldProblem> told_;
    std::map<Key, Timestamp> gone_since_;
    std::optional<Timestamp> first_at_; // of the first call
};

} // namespace stillwatch::daemon
