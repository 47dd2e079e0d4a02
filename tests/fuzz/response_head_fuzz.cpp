#include "net/response_head.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace stillwatch;
using stillwatch::fuzz::claim;

// The input is what a server sends, handed over line by line as libcurl does.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t max_bytes = 4096;
    constexpr std::size_t max_lines = 64;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    net::ResponseHead head(max_bytes, max_lines);
    std::string final_head;
    int status = 0;
    while (!rest.empty()) {
        const auto line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
        rest.remove_prefix(line.size());
        const bool was_complete = head.is_complete();
        if (!head.add(line)) break;
        claim(!was_complete || head.is_complete(), "a complete head stays complete");
        if (was_complete)
            claim(head.status() == status && head.text() == final_head, "trailers change nothing");
        if (!head.is_complete()) continue;
        status = head.status();
        final_head = head.text();
    }
    claim(head.text().size() <= max_bytes && head.fields().size() <= max_lines, "limits hold");
    if (head.error())
        claim(head.error()->code == Errc::too_large || head.error()->code == Errc::malformed,
              "errors as told");
    if (!head.is_complete()) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    claim(input.find(final_head) != std::string_view::npos, "the head is kept byte for byte");
    const auto first_line = std::string_view(final_head).substr(0, final_head.find('\n'));
    claim(first_line.find(std::to_string(status)) != std::string_view::npos,
          "the status stands in the first line");
    return 0;
}
