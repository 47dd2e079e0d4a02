#include "crawler/robots/robots.hpp"
#include "crawler/robots/robots_pattern.hpp"
#include "tests/fuzz/claim.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace stillwatch::crawler;
using stillwatch::fuzz::claim;

// The first line is the path and query of an address, the rest a robots.txt.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line_end = input.find('\n');
    if (line_end == std::string_view::npos) return 0;
    const std::string target(input.substr(0, line_end));
    const auto body = input.substr(line_end + 1);

    const auto rules = RobotsRules::parse(body, "Stillwatch");
    claim(rules.crawl_delay().count() >= 0, "no pause is negative");
    claim(rules.sitemaps().size() <= RobotsRules::max_sitemaps, "sitemaps are bounded");
    const auto decision = rules.allows(target);
    claim(decision.allowed || decision.line > 0, "what forbids has a line");
    claim((decision.line == 0) == decision.rule.empty(), "a line comes with its rule");
    claim(decision.rule.size() <= 110, "a rule is cut for the log");
    claim(rules.allows(comparable_target(target)).allowed == decision.allowed || target == "/robots.txt" ||
              comparable_target(target) == "/robots.txt",
          "encoding changes nothing");
    const auto forbidden = RobotsRules::parse("user-agent: *\ndisallow: /\n" + std::string(body), "nobody");
    claim(forbidden.allows("/robots.txt").allowed, "robots.txt is always open");
    return 0;
}
