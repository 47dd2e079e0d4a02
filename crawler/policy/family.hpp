#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/links.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace stillwatch::crawler {

// The two families that an address is counted in, the narrower first. Of a page: its most special trail
// (crawler/policy/trail.hpp), where a combination (/tag/a+b+c, /f1-f3-f7) is a wildcard too, and its first
// folder. Of a picture or video: its folder by pattern and its ending, and all of the host. `target` is path
// and query.
std::array<std::string, 2> families_of(std::string_view target, LinkKind kind);

// Addresses of one host that are likely to be alike. A family that brings nothing new falls asleep: its
// addresses are set aside and asked for a sample only; what waits is not forgotten
// (docs/decisions/0010-trails.md).
struct Family {
    enum class Width : std::uint8_t { narrow, wide }; // which of the two of an address

    LinkKind kind = LinkKind::page;
    std::int64_t visits = 0;  // first ones
    std::int64_t idle = 0;    // first visits in a row that brought nothing
    Bytes recent{};           // marks of the last contents of pictures
    std::int64_t waiting = 0; // addresses set aside for it
    Timestamp next_at{};      // of the next sample of them

    bool is_asleep(Width width) const noexcept;
    // Something of it was new: what waits has its turn at once.
    void wake() noexcept;
    // After the first visit of a picture with these bytes.
    void learn_picture(const Sha256& content);
    // One more address waits. `pause`: pause_of_samples() of its site.
    void set_aside(Timestamp now, Timestamp::duration pause) noexcept;
    // One address waits no longer.
    void take_out() noexcept;
    // What came last and what waits longest in turn: neither a new thread nor an old one waits for all
    // others. `chosen`: samples of this family taken in this claim already.
    bool takes_newest(std::size_t chosen) const noexcept
    {
        return (visits + static_cast<std::int64_t>(chosen)) % 2 == 0;
    }
    // After a sample. What was not taken up for a day is taken up now: passes may be a day apart.
    void sampled(Timestamp now, Timestamp::duration pause) noexcept;
};

// After the first visit of a page that named `new_pictures` which nobody knew, for both of its families.
void learn_page(Family& narrow, Family& wide, std::int64_t new_pictures) noexcept;

// Pages that led to a page with a new picture, and wake with it: list, album, view.
inline constexpr int generations_credited = 3;

// Between two samples of a site that may be asked for so many pages a day: a sixteenth of them, so that a
// board of texts with a picture here and there is read as well.
Timestamp::duration pause_of_samples(std::int64_t pages_a_day) noexcept;

} // namespace stillwatch::crawler
