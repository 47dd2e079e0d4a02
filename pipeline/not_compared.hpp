#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stillwatch::pipeline {

// Why bytes that came were not compared, or not to an end. Each is counted as
// `not_compared_total{reason="…"}` and has its row in docs/architecture.md, "What ends a picture's way"
// (tests/unit/lint compares).
enum class NotCompared : std::uint8_t {
    not_modified, // a 304 that was asked for: the bytes known already
    unasked_not_modified,
    moved, // a redirect to an address that is visited in its place
    no_body,
    page_in_place, // a log-in or an age gate at a picture's address
    error_page,    // a document with the status of an error
    challenge,
    not_a_picture,   // by type and first bytes
    video_not_read,  // no program that reads videos, or the site's are not looked at
    video_protected, // by DRM: left alone
    video_glanced,   // its key frames show nothing, and the day's time for more is spent
    page_unread,     // no decoder reads the document
    locked_package,  // pictures under a password, if any
    comparing_off,   // crawl --no-match
    no_references,
    known_undecodable,
    known_too_small,
    undecodable,
    too_small,
    too_large,        // pixels or decoded bytes over their limit
    content_encoding, // a stream that breaks its encoding
    cut_at_limit,     // like nothing, as far as our limit lets through
    cut_off,          // like nothing, as far as it came
    worker_lost,
    kept_waiting, // bytes that cost workers, before their next turn
    no_worker,
    not_recorded, // it matches, and could not be recorded
    guarded,      // of a picture that nobody may look at
};
constexpr std::size_t not_compared_count = static_cast<std::size_t>(NotCompared::guarded) + 1;
std::string_view name_of(NotCompared reason) noexcept;

// How the way of bytes ends. There are no other ends: whoever gives up says why, and is counted for it.
class Ending {
public:
    Ending(NotCompared reason) noexcept : reason_(reason) {}
    static Ending compared() noexcept { return Ending(); }
    // A page: its pictures have addresses of their own.
    static Ending page_read() noexcept { return Ending(); }

    const std::optional<NotCompared>& reason() const noexcept { return reason_; }

private:
    Ending() = default;
    std::optional<NotCompared> reason_;
};

} // namespace stillwatch::pipeline
