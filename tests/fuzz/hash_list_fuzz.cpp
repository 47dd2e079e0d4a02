#include "cases/hash_list.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace stillwatch;
using fuzz::claim;

// The first byte is the format, the rest the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const auto format = static_cast<cases::ListFormat>(data[0] % 5);
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    const auto list = cases::read_hash_list(text, format);
    if (!list) return 0;
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
    claim(list->skipped.size() <= list->skipped_count, "what is told was counted");
    for (const auto& record : list->records) {
        claim(record.line >= 1 && record.line <= lines, "a record stands in a line of the file");
        claim(record.is_withdrawn || !cases::why_useless(record.hash), "no hash that matches strangers");
        claim(ListedHash::from_hex(record.hash.kind, record.hash.hex()) == record.hash,
              "hashes are read as written");
    }
    for (const auto& skipped : list->skipped)
        claim(skipped.line >= 1 && skipped.line <= lines, "a skipped record stands in a line of the file");
    claim(std::ranges::adjacent_find(list->records, {}, &cases::ListedRecord::hash) == list->records.end(),
          "a hash comes once");
    return 0;
}
