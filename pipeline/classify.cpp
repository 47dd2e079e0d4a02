#include "pipeline/classify.hpp"

#include "core/inspector.hpp"
#include "crawler/walls.hpp"
#include "pipeline/answers.hpp"
#include "videos/video_file.hpp"

namespace stillwatch::pipeline {

namespace {

constexpr int status_not_modified = 304;

} // namespace

bool is_body_read(const crawler::PoliteAnswer& answer) noexcept
{
    return !answer.led_to && answer.answer.status != status_not_modified;
}

Shown classify(const Came& came, const VisitState& state, bool compares)
{
    const auto& answer = came.fetched();
    if (came.answer->led_to) return {Show::nothing, NotCompared::moved};
    const bool is_challenge = crawler::is_challenge(answer);
    if (answer.status == status_not_modified) {
        if (is_challenge) return {Show::nothing, NotCompared::challenge};
        // Nobody asked "has it changed?": an answer to another question tells nothing.
        if (!state.is_conditional()) return {Show::nothing, NotCompared::unasked_not_modified};
        return {Show::nothing, NotCompared::not_modified};
    }
    // Browsers show a picture whatever its status and headers say: it is compared before anything else is
    // asked.
    const auto media = media_of(answer, *came.body, state.visit.kind);
    if (media == Media::picture) return {Show::picture};
    // Where nobody is asked what stands inside, the address tells.
    const bool is_likely = state.visit.kind == LinkKind::image && is_success(answer) && !is_challenge;
    if (media == Media::unseen && (compares || is_likely)) return {Show::unseen};
    return classify_no_picture(came);
}

Shown classify_no_picture(const Came& came)
{
    const auto& answer = came.fetched();
    if (crawler::is_challenge(answer)) return {Show::nothing, NotCompared::challenge};
    if (!is_success(answer)) {
        if (answer.body.empty()) return {Show::nothing, NotCompared::no_body};
        return {may_be_challenge(answer) ? Show::suspect : Show::nothing, NotCompared::error_page};
    }
    if (broke_off(answer) && answer.body.empty()) return {Show::nothing, NotCompared::no_body};
    // A playlist of one, too, which looks like a text.
    if (encodings_of(answer).empty() && videos::is_video(*came.body)) return {Show::video};
    if (is_document(answer, *came.body)) return {Show::page};
    return {Show::nothing, NotCompared::not_a_picture};
}

bool is_challenge_text(Show show, Wall told) noexcept
{
    return told == Wall::challenge || (told == Wall::riddle && show == Show::suspect);
}

bool broke_off(const Fetched& answer) noexcept
{
    return answer.status != status_not_modified && (answer.cut == Cut::disconnect || answer.cut == Cut::time);
}

std::optional<NotCompared> why_not_whole(const Fetched& answer) noexcept
{
    if (broke_off(answer)) return NotCompared::cut_off; // half a picture that is like nothing proves nothing
    if (answer.cut != Cut::none) return NotCompared::cut_at_limit;
    return std::nullopt;
}

// Only the decoder's own refusal of the whole is a verdict.
NotCompared why_unread_picture(const Error& error, const Fetched& answer, bool is_unseen) noexcept
{
    if (is_unseen && error.code == Errc::undecodable) return NotCompared::undecodable;
    if (error.code == Errc::io) return NotCompared::no_worker;
    if (error.code == Inspector::lost) return NotCompared::worker_lost;
    if (const auto why = why_not_whole(answer)) return *why;
    switch (error.code) {
    case Errc::malformed: return NotCompared::content_encoding; // of what was meant nothing was seen
    case Errc::invalid_argument: return NotCompared::too_small;
    case Errc::too_large: return NotCompared::too_large;
    case Errc::refused: return NotCompared::locked_package;
    default: return NotCompared::undecodable;
    }
}

NotCompared why_unread_page(const Error& error) noexcept
{
    switch (error.code) {
    case Errc::io: return NotCompared::no_worker;
    case Inspector::lost: return NotCompared::worker_lost;
    case Errc::malformed: return NotCompared::content_encoding;
    default: return NotCompared::page_unread;
    }
}

bool is_no_picture(const Ending& ending) noexcept
{
    const auto& reason = ending.reason();
    return reason == NotCompared::undecodable || reason == NotCompared::known_undecodable ||
           reason == NotCompared::content_encoding || reason == NotCompared::cut_at_limit;
}

bool is_known_page(const Came& came, const VisitState& state)
{
    return !came.is_new_to(state) && state.visit.last_outcome == store::Outcome::page;
}

std::optional<Wall> wall_led_to(const Fetched& answer, const store::Visit& visit)
{
    if (crawler::wall_at(visit.url) != Wall::none) return std::nullopt;
    const auto wall = crawler::wall_at(answer.url);
    return wall != Wall::none ? std::optional(wall) : std::nullopt;
}

std::optional<Wall> wall_seen(const Fetched& answer, const store::Visit& visit, Wall told)
{
    if (crawler::wall_at(visit.url) != Wall::none) return std::nullopt;
    if (const auto wall = wall_led_to(answer, visit)) return wall;
    return told == Wall::riddle ? Wall::none : told;
}

} // namespace stillwatch::pipeline
