#pragma once

#include "core/match.hpp"
#include "crawler/polite_fetcher.hpp"
#include "pipeline/not_compared.hpp"
#include "store/visit.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// The values that pass from step to step on the way of a picture.
namespace stillwatch::pipeline {

struct PipelineSettings;

// What is known of some bytes.
struct Knowledge {
    std::optional<store::Verdict> verdict{}; // of this extractor
    std::optional<store::Unread> unread{};
};

// What is known before an answer comes.
struct VisitState {
    store::Visit visit;
    std::shared_ptr<const PipelineSettings> settings{};
    std::shared_ptr<const crawler::SiteRules> site{}; // none: the address is nobody's any more
    std::int64_t generation = 0;                      // of the references in force when it began
    Knowledge known{};                                // of the bytes that came last time
    crawler::Conditions conditions{};                 // that it is asked for with
    std::vector<store::VisitResult> led_here{};       // of addresses whose redirects led to this one
    std::vector<Url> led_from{};                      // these addresses

    bool is_conditional() const { return !conditions.etag.empty() || !conditions.last_modified.empty(); }
    bool was_match() const { return known.verdict && known.verdict->matched; }
};

// An answer with its payload. Documents share its bytes; it is kept until the visit ends.
struct Came {
    std::shared_ptr<const crawler::PoliteAnswer> answer;
    std::shared_ptr<const Bytes> body; // without chunk framing
    Sha256 digest{};                   // of `body`; zero where nobody reads it (is_body_read())
    Sha256 content{};                  // what it is known by: see Payload; zero likewise

    const Fetched& fetched() const { return answer->answer; }
    bool is_new_to(const VisitState& state) const { return state.visit.content != content; }
};

// What a visit has seen of its address. It cannot be made without saying how the way of its bytes ended.
struct Seen {
    Seen(Ending end, const VisitState& state, const Came& came)
        : ending(end), kind(state.visit.kind), generation(state.generation),
          news(came.is_new_to(state) ? 1 : 0)
    {
    }

    // The same, ended so.
    Seen ended(Ending end) const
    {
        auto seen = *this;
        seen.ending = end;
        return seen;
    }

    Ending ending;
    LinkKind kind;              // as the bytes said
    std::int64_t generation;    // of the references it was compared with
    std::int64_t news;          // as crawler::next_visit() takes it
    bool is_unseen = false;     // a worker was only asked whether it is a picture
    std::optional<Wall> wall{}; // what was in the way; nothing where it does not tell
    std::vector<store::Discovered> discovered{};
    std::map<std::string, store::OutsideHost> outside{}; // of nobody's, that pictures lie on
    std::optional<store::Verdict> verdict{};             // of a picture that was compared now
    std::vector<ReferenceId> matched{};
    std::vector<Match> matches{};          // with these
    std::optional<store::Unread> unread{}; // a worker was lost over it
    Timestamp not_before{};                // of the next visit
    bool is_stand_in = false;              // the same bytes come for nearly everything there
    bool has_stand_in_ended = false;       // they come no more for nearly everything
    bool is_in_part = false;               // a bound left out some of what it shows
    bool has_locked = false;               // something in a package is under a password
    std::int64_t further_bytes = 0;        // of a video, that came beside the answer
    bool is_capped = false;                // a match was counted only: it is compared again tomorrow
    bool has_unread_faces = false;         // a worker was lost over them: likewise
};

} // namespace stillwatch::pipeline
