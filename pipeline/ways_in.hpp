#pragma once

#include "core/digest.hpp"
#include "core/id.hpp"
#include "core/links.hpp"
#include "core/url.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace stillwatch::pipeline {

// Gates that a link opens: whoever follows "I am of age" has a cookie, or a session that the site's server
// has marked, and is shown what was shown to nobody before. What ended at the gate until then is looked at
// again, at once and not when its next visit is due. One for each site; in memory, as the cookies are.
class WaysIn {
public:
    static constexpr std::size_t max_visits = 256; // remembered, the latest
    static constexpr int max_again = 2;            // of one address
    static constexpr std::size_t max_again_in_all = 512;
    static constexpr std::size_t max_links_of_gate = 20;

    // A visit of an address as it ended.
    struct Visited {
        UrlId id{};
        Url url;
        UrlId parent{};              // what named it first
        Url end;                     // where redirects led, also one that was not followed
        Sha256 content{};            // of what came; zero: nothing did
        Wall wall = Wall::none;      // what was in the way there
        std::size_t links = 0;       // that it names, where they were read
        bool has_cookies = false;    // the site's jar holds some
        bool has_new_cookie = false; // the visit brought one of a name that was not there
    };
    // What is to be looked at again now that this visit has ended, and whether it was a way in.
    struct Opened {
        std::vector<Url> again{};
        bool is_way_in = false;
    };
    Opened ended(Visited visit);

    // Addresses that were ways in before the program was started anew.
    void remember(std::vector<Url> ways) { known_ = std::move(ways); }
    const std::vector<Url>& known() const noexcept { return known_; }
    bool is_new() const noexcept { return visits_.empty(); }

private:
    struct Entry {
        Visited visit;
        int again = 0;
    };
    bool is_gate(const Visited& parent, const Visited& visit) const;
    static bool are_at_one_gate(const Visited& one, const Visited& gate);
    void look_again(Opened& opened, Entry& entry);

    std::deque<Entry> visits_;
    std::vector<Url> known_;
    std::size_t again_in_all_ = 0;
};

} // namespace stillwatch::pipeline
