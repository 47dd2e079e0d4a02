#pragma once

#include "core/finding.hpp"
#include "pipeline/recorder.hpp"
#include "store/case_database.hpp"

#include <string>
#include <vector>

namespace stillwatch::pipeline {

// The alerts of a new finding, one a channel, under its own id.
std::vector<store::NewAlert> alerts_of(const RecordSettings& settings, Finding& finding,
                                       const std::string& pseudonym);

// The same of one that was down and is seen again; its epoch is the new one.
std::vector<store::NewAlert> reappeared_alerts(const RecordSettings& settings, Finding& finding,
                                               const std::string& pseudonym, Timestamp now);

// The alerts of one that the checks found to be down.
std::vector<store::NewAlert> down_alerts(const RecordSettings& settings, const Finding& finding,
                                         const std::string& pseudonym, Timestamp now);

// The alerts that say that a site has its findings of the day: the same ids for the same case, site and day.
std::vector<store::NewAlert> capped_alerts(const RecordSettings& settings, const std::string& pseudonym,
                                           const std::string& site, Timestamp now);

// The alerts that say that a reference matches so often that nobody is told of each match any more.
std::vector<store::NewAlert> quarantine_alerts(const RecordSettings& settings, const std::string& pseudonym,
                                               ReferenceId reference, std::int64_t findings, Timestamp now);

// The alerts that say that a reference shows the same picture as one of another case: always the same ids.
std::vector<store::NewAlert> collision_alerts(const RecordSettings& settings, const std::string& pseudonym,
                                              ReferenceId reference, Timestamp now);

// For problems.set("findings", site, …).
std::string left_out_text(std::int64_t matches);

// The first moment of its day (UTC).
Timestamp start_of_day(Timestamp at);

} // namespace stillwatch::pipeline
