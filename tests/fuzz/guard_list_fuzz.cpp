#include "cases/guard_list.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace stillwatch;
using fuzz::claim;

// Whatever a list holds, it is taken whole or not at all.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    cases::GuardList list;
    const auto added = list.add(text);
    if (!added) {
        claim(list.is_empty(), "of a list that cannot be read nothing is taken");
        return 0;
    }
    list.finish();
    claim(list.size() <= static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1,
          "a line has one entry at most");
    (void)list.reason_for(as_bytes(text));
    return 0;
}
