#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace stillwatch::pipeline {

// How much evidence may be kept; bytes.
struct EvidenceRoom {
    std::uintmax_t max_bytes = 0; // of all packages; 0: no bound
    // Below this much free space no evidence is written: the databases need room to go on.
    std::uintmax_t min_free_bytes = std::uintmax_t{512} << 20U;
};

// What a look at the disk gave.
struct RoomUsed {
    std::uintmax_t used_bytes = 0; // by packages; only measured where there is a bound
    std::uintmax_t free_bytes = 0; // of the file system
};

// Errors: io (the folder is missing or cannot be read). Blocks on the disk: for a pool thread.
Result<RoomUsed> measure_room(const std::filesystem::path& directory, const EvidenceRoom& room);

// Whether one more package may be written. `refusal` and `warning` are sentences for the operator, empty
// where there is nothing to say; the warning comes at 80 % of max_bytes and below twice min_free_bytes.
struct RoomVerdict {
    std::string refusal{};
    std::string warning{};
};
RoomVerdict judge_room(const RoomUsed& used, const EvidenceRoom& room);

} // namespace stillwatch::pipeline
