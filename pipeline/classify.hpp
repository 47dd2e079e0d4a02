#pragma once

#include "core/result.hpp"
#include "pipeline/state.hpp"

#include <cstdint>
#include <optional>

// What an answer shows. Nothing here acts: the same answer to the same question always shows the same.
namespace stillwatch::pipeline {

enum class Show : std::uint8_t {
    picture,
    unseen, // encoded: only a worker can tell whether it is a picture
    video,  // or a playlist of one
    page,
    suspect, // the status of an error, and its text may be a challenge
    nothing, // that leads further: `why`
};

struct Shown {
    Show what = Show::nothing;
    std::optional<NotCompared> why{}; // where it ends here; of a suspect: unless its text is a challenge

    friend bool operator==(const Shown&, const Shown&) = default;
};

// Whether the body of an answer says anything: not that of a redirect left to itself, nor that of a 304.
bool is_body_read(const crawler::PoliteAnswer& answer) noexcept;

// What an answer shows. `compares`: there are references to compare a picture with.
Shown classify(const Came& came, const VisitState& state, bool compares);

// The same of an answer in which no picture stands.
Shown classify_no_picture(const Came& came);

// Whether a text is a challenge, by what its reader says. What challenges show and ordinary pages as well (a
// riddle) is one only with the status of an error.
bool is_challenge_text(Show show, Wall told) noexcept;

// Whether the answer broke off, and may yet come whole.
bool broke_off(const Fetched& answer) noexcept;

// Why a picture that did not come whole and is like nothing, as far as it came, counts as not compared.
// Nothing: it is whole.
std::optional<NotCompared> why_not_whole(const Fetched& answer) noexcept;

// Why a worker did not read a picture. `is_unseen`: it was only asked whether it is one.
NotCompared why_unread_picture(const Error& error, const Fetched& answer, bool is_unseen) noexcept;

// Why a worker did not read a page.
NotCompared why_unread_page(const Error& error) noexcept;

// Whether a worker read the bytes and found no picture.
bool is_no_picture(const Ending& ending) noexcept;

// Whether these bytes were read as a page before, so that their links are known.
bool is_known_page(const Came& came, const VisitState& state);

// The wall that redirects led to. A site has a log-in page of its own: visited under its own address it tells
// nothing.
std::optional<Wall> wall_led_to(const Fetched& answer, const store::Visit& visit);
// The same, or else what the reader of the page says.
std::optional<Wall> wall_seen(const Fetched& answer, const store::Visit& visit, Wall told);

} // namespace stillwatch::pipeline
