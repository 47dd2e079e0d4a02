#pragma once

#include "core/captured_record.hpp"
#include "core/fetch.hpp"
#include "core/finding.hpp"
#include "core/json.hpp"
#include "evidence/drawing.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::evidence {

// Who keeps evidence, where, and for whom.
struct EvidenceSettings {
    std::filesystem::path directory;
    std::vector<std::string> recipients; // "age1…", at least one
    std::string organisation;
    std::string user_agent;
    std::string robots = "obey"; // policy in force, with its reason where it is not "obey"
    std::string software;        // "stillwatch 0.1.0"
};

// A later look whether a picture is still there, which the package is of.
struct LaterCheck {
    std::int64_t number = 0; // of the check at the installation
    std::optional<CapturedRecord>
        same{}; // where the bytes that came again are kept; none: they came in others
};

// What is said about a capture: the finding (its page_state, match, content; id and evidence_* are not read)
// and how it is named among people.
struct EvidenceFacts {
    Finding finding;
    std::string case_pseudonym; // "C-7F3K"
    std::string reference_name; // "R-01"
    json::object explanation{}; // more of the match, from the matcher: thresholds, versions, quadrilateral
    Timestamp recorded_at{};    // when the finding was made
    PictureSize picture{};      // of the found picture; zeros where it is not known
    std::optional<LaterCheck> check{};
};

// A style sheet that a page names, as the site served it within a day before the package; without it a replay
// of the page is hard to read. Shared: one fetch serves all packages of a site for that long.
struct StyleSheet {
    Url url;                      // as it is named
    std::string via{};            // the sheet that imports it; empty: pages name it
    std::vector<Fetched> chain{}; // redirects, then the answer; empty: there is none
    std::string missing{};        // why there is none, for a person
};

// What was fetched for it. `page` and `image` hold the redirects in order and end with the answer itself.
struct Capture {
    std::vector<Fetched> page;    // recapture of the page; empty when nothing came or no page is known
    std::string page_error{};     // why nothing came: text of the Error
    std::vector<Fetched> image;   // at least one
    std::vector<Fetched> parts{}; // of a video: what else of it was fetched, ranges and segments, in order
    std::vector<std::shared_ptr<const StyleSheet>>
        styles{}; // of the page; each after the one that imports it
};

} // namespace stillwatch::evidence
