#pragma once

#include "core/result.hpp"
#include "store/finding_change.hpp"
#include "store/still_up_check.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace stillwatch::store {

class CaseDatabase;
struct Actor;

// What a database of cases knows of the checks whether findings are still up (followup/ decides). Store
// thread, as the database itself, which outlives it.
class StillUpChecks {
public:
    explicit StillUpChecks(CaseDatabase& cases) : cases_(cases) {}

    // No check is planned further ahead (followup/schedule.hpp: 14 days).
    static constexpr std::chrono::hours longest_until_due{15 * 24};

    struct Look {
        OccurrenceId occurrence;
        Url page_url;
        Url image_url;
        bool is_pending = false; // its evidence is still to be made
        std::int64_t looks = 0;  // for that
        Timestamp schedule_from{};
    };
    // Places of live findings of consenting cases whose time has come and which no check is under way of; and
    // those whose time would come later than any is planned: a clock that was ahead planned it.
    std::vector<Look> due(Timestamp now, std::size_t limit) const;
    Result<void> plan_look(OccurrenceId id, Timestamp next); // counts it as one for pending evidence

    // `next`: of the check after this one, where nobody ends it. Errors: exists (one is under way).
    Result<void> begin(OccurrenceId id, Timestamp now, Timestamp next);
    // Oldest first. Another size counts as up where it was seen since the check began, and by `now`: what a
    // clock that was ahead saw tells nothing of today.
    std::vector<OpenCheck> under_way(Timestamp now, std::size_t limit) const;
    // What a visit of that address showed of the places there, by whatever signature they were recorded.
    Result<void> note_look(const Url& address, const Visited& visited);
    // Of the places of the picture at that address, of consenting cases.
    std::vector<UnwitnessedCheck> unwitnessed(const Url& address, Timestamp now, std::size_t limit) const;
    // With a line of the audit log for each, in one transaction. Gives the files that are nobody's: their
    // checks have ended or are witnessed, or their cases were withdrawn meanwhile.
    Result<std::vector<std::string>> keep_packages(const std::vector<CheckPackage>& packages,
                                                   const Actor& actor);
    // Of the package that the place has now.
    Result<void> note_captured(OccurrenceId id, const CapturedRecord& captured);
    // In one transaction; those of cases that were withdrawn meanwhile are passed over.
    Result<void> end(const std::vector<EndedCheck>& ended, Timestamp now);

    // Findings of consenting cases of which every place is down, by number: those of which a person said that
    // they are what was looked for, which are not marked so yet, and of which no sighting was only counted.
    std::vector<FindingId> wholly_down(Timestamp now, std::size_t limit) const;
    std::vector<StillUpCheck> of(FindingId id, std::size_t limit) const; // newest first
    // Those of one place that ended then or later, oldest first.
    std::vector<StillUpCheck> of_place(OccurrenceId id, Timestamp since, std::size_t limit) const;
    // Of findings that are not dismissed.
    std::vector<StillUpCount> counts() const;

    // What was done with findings that made them down, or took that back: of one case or of all, by finding,
    // oldest first, without notes. One pass over the histories, however many findings there are.
    std::vector<FindingChange> turns(std::optional<CaseId> case_id) const;

private:
    CaseDatabase& cases_;
};

} // namespace stillwatch::store
