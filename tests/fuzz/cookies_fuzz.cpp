#include "core/refresh.hpp"
#include "crawler/cookies/cookie_jar.hpp"
#include "crawler/referrer.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace stillwatch;
using stillwatch::fuzz::claim;

// Two addresses, a line each, then headers of an answer of the first: Set-Cookie, Refresh, Referrer-Policy.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto take_line = [&input] {
        const auto line = input.substr(0, input.find('\n'));
        input.remove_prefix(std::min(line.size() + 1, input.size()));
        return line;
    };
    const auto from = Url::parse(take_line());
    const auto to = Url::parse(take_line());
    if (!from || !to) return 0;
    const Timestamp now{std::chrono::hours(500'000)};
    crawler::CookieJar jar;
    std::vector<HeaderField> headers;
    while (!input.empty()) {
        const auto line = take_line();
        headers.push_back({"Set-Cookie", std::string(line)});
        if (const auto address = refresh_address(line))
            claim(!address->empty() && line.find(*address) != line.npos, "an address stands in its header");
        const auto policy = crawler::referrer_policy(line);
        const auto referer = crawler::referer_of({*from, policy.value_or(crawler::ReferrerPolicy{})}, *to);
        claim(referer.empty() || referer == from->text() || referer == from->origin() + "/",
              "only the page or its origin is told");
    }
    jar.take(*from, headers, now);
    claim(jar.size() <= crawler::CookieJar::max_cookies, "a jar is bounded");
    const auto sent = jar.header_for(*to, now);
    claim(sent.size() <= crawler::CookieJar::max_header_bytes, "what is sent is bounded");
    for (const char c : sent)
        claim((static_cast<unsigned char>(c) >= 0x20 || c == '\t') && c != 0x7f, "no line breaks are sent");
    const auto end_of = [](std::string_view host) { return host.substr(host.rfind('.') + 1); };
    claim(sent.empty() || end_of(from->host()) == end_of(to->host()),
          "no cookie goes to another top-level domain");
    return 0;
}
