#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::crawler {

// Whether an address may be fetched, and by which line: 0 when no line speaks of it.
struct RobotsDecision {
    bool allowed = true;
    int line = 0;
    std::string rule{}; // "Disallow: /x", at most 100 bytes of it

    friend bool operator==(const RobotsDecision&, const RobotsDecision&) = default;
};

// What one robots.txt says to one crawler (RFC 9309). Lenient where Google's parser is (google/robotstxt):
// byte order marks, all line ends, common misspellings, a missing colon, index.html for its folder.
class RobotsRules {
public:
    static constexpr std::size_t max_body_bytes = 500U << 10U; // RFC 9309 section 2.5
    static constexpr std::size_t max_line_bytes =
        2083U * 8U; // as google/robotstxt; the rest of a line is ignored
    static constexpr std::size_t max_sitemaps = 100;
    // A file with more rules that hold a '*' than this for us closes the host: matching them took 0.2 s an
    // address.
    static constexpr std::ptrdiff_t max_wildcard_rules = 1'000;

    // Reads anything, also what is no robots.txt; what is not understood is ignored.
    static RobotsRules parse(std::string_view body, std::string_view product_token);

    // `target` is the path and query of an address. The longest matching rule decides, Allow between equals.
    RobotsDecision allows(std::string_view target) const;
    // As written, not capped; 0 when absent.
    std::chrono::milliseconds crawl_delay() const noexcept { return crawl_delay_; }
    // "Disallow: /x", in the order of the file, at most `most`.
    std::vector<std::string> lines(std::size_t most) const;
    // Values of Sitemap lines, in order; they belong to no group.
    const std::vector<std::string>& sitemaps() const noexcept { return sitemaps_; }

private:
    friend class RobotsParser;
    struct Rule {
        std::string pattern;
        int line = 0;
        bool allow = false;
    };
    std::vector<Rule> rules_; // longest pattern first, Allow first between equals
    std::chrono::milliseconds crawl_delay_{0};
    std::vector<std::string> sitemaps_;
};

} // namespace stillwatch::crawler
