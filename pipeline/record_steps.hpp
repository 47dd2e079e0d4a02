#pragma once

#include "core/captured_record.hpp"
#include "core/finding.hpp"
#include "core/result.hpp"
#include "crawler/frontier/url_frontier.hpp"
#include "pipeline/recorder.hpp"
#include "store/case_database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What is read and written of one match on one page: first what it is to what is on record, before its
// evidence is made, and then its commit. Store thread.
namespace stillwatch::pipeline {

// What a sighting is to what is on record.
struct Standing {
    enum class Kind : std::uint8_t {
        known_place,   // seen there before
        further_place, // of a known finding
        silenced,      // a person dismissed this picture class
        over_bound,    // a new finding, and its site has those of the day
        first          // a new finding
    };
    Kind kind = Kind::first;
    std::optional<store::CaseDatabase::Place> place{}; // of the first two
    FindingId tied{};            // the page ties it to that finding, whatever class it is of
    FindingId silenced_by{};     // where it is silenced
    bool is_signed_anew = false; // the place is known under another signature

    bool is_dismissed() const noexcept { return place && place->state == FindingState::dismissed; }
};
// `tied`: the finding that it was tied to before, if any. `face`: that a lead rests on.
Standing standing_of(const store::CaseDatabase& cases, const crawler::UrlFrontier& frontier,
                     const RecordSettings& settings, const Finding& seen, const std::optional<LeadFace>& face,
                     FindingId tied = {});

// What was counted instead of recorded, or beside it.
struct RecordTally {
    std::int64_t tied = 0;      // sizes of what is recorded
    std::int64_t silenced = 0;  // sightings of what was dismissed
    std::int64_t back = 0;      // findings that were down
    std::int64_t elsewhere = 0; // leads by the face of a person who is looked for on other sites only
    std::int64_t weak = 0;      // faces that are a little alike, without another sign on their page
    std::vector<CaseId> capped; // of each match that was left out
};

// One match on one page that is more than a repeat.
struct RecordStep {
    Finding seen;
    FindingId tied{};     // the page ties it to this finding
    OccurrenceId known{}; // on record, and its evidence is still to be made
    bool wants_evidence = true;
    std::optional<CapturedRecord> captured{}; // where its package holds the picture
    json::object video{};           // what is told of a match in a video beside it (pipeline/video_json.hpp)
    std::optional<LeadFace> face{}; // that a lead rests on
    FindingId other_face{};         // shows the same picture with another face
};

// A match on a page, with the face that it rests on.
struct SeenThere {
    Finding seen;
    std::optional<LeadFace> face{};
};

// What is to be done of it; nothing where it is known, silenced or over the bound, which is written down
// at once. Errors: io.
Result<std::optional<RecordStep>> plan_step(store::CaseDatabase& cases, const crawler::UrlFrontier& frontier,
                                            const RecordSettings& settings, SeenThere there, Timestamp now,
                                            RecordTally& tally);

struct Committed {
    store::CaseDatabase::Recorded recorded{};
    RecordTally tally{};
    bool is_package_used = false; // else it is nobody's
    bool is_untold = false;       // its reference is quarantined
};
// Finding, alerts and audit line, or one more place of a finding; `step.seen` is changed to what was
// recorded. What happened while its evidence was made counts. Errors: refused (consent has ended, or nothing
// of this page is told), not_found (the finding it was tied to is gone), io.
Result<Committed> commit_step(store::CaseDatabase& cases, const crawler::UrlFrontier& frontier,
                              const RecordSettings& settings, RecordStep& step, const std::string& pseudonym,
                              Timestamp at);

} // namespace stillwatch::pipeline
