#pragma once

#include "crawler/referrer.hpp"
#include "store/visit.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace stillwatch::pipeline {

// Which page is told to have led to an address. Picture hosts let nobody in who does not come from their own
// pages, or nobody who comes from others'; what helped again and again is learnt by origin and tried first
// from then on, and what helped nowhere is not tried for ever. Loop thread; in memory.
class Introductions {
public:
    struct Pair {
        std::optional<crawler::Referrer> first{};
        std::optional<crawler::Referrer> second{}; // where the first is refused
        bool is_swapped = false;                   // the second is the usual one
    };
    // As browsers would, by what the page that names it lets be told; then without, or, where browsers tell
    // nothing, with the page, or with the front page of its host.
    Pair of(const store::Visit& visit) const;

    // What a page lets be told, where it says so.
    void note_policy(UrlId page, std::optional<crawler::ReferrerPolicy> policy);

    // The same of one address that it names, by the element: it counts more.
    void note_link(UrlId page, const Url& url, std::optional<crawler::ReferrerPolicy> policy);

    // The first was not refused.
    void succeeded(const Url& url);
    // Whether so many second requests are under way that their answers decide whether another is worth it:
    // the refusal waits for them. Without it a burst asks for as many as the site has connections.
    bool is_undecided(const Url& url, int status) const;
    // Whether a refusal with that status is worth a second request at that origin, which is under way from
    // then on, until its outcome is learnt or it was broken off.
    bool is_worth_another(const Url& url, int status);
    void broken_off(const Url& url, int status);
    void learn(const Url& url, int status, const Pair& tried, bool has_second_helped);

private:
    static constexpr std::size_t max_origins = 10'000;
    static constexpr std::size_t max_pages = 50'000;
    // Second requests that helped nobody, after which one refusal in so many is tried again.
    static constexpr int most_in_vain = 5;
    static constexpr int then_one_in = 50;

    struct Tried {
        int in_vain = 0;
        int under_way = 0;
        int refusals = 0;
    };
    // Hosts need not be of one mind: the order changes where the first failed so often and never succeeded.
    static constexpr int enough_helped = 5;
    struct Origin {
        bool prefers_second = false;
        int helped_in_a_row = 0;
        std::map<int, Tried> by_status{};
    };
    std::map<std::string, Origin> origins_;
    std::unordered_map<std::int64_t, crawler::ReferrerPolicy> policies_; // by page; most have none
    std::map<std::pair<std::int64_t, std::string>, crawler::ReferrerPolicy> of_links_; // page and address
};

} // namespace stillwatch::pipeline
