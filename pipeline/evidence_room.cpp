#include "pipeline/evidence_room.hpp"

#include <fmt/format.h>

#include <system_error>

namespace stillwatch::pipeline {

namespace {

std::uintmax_t mebibytes(std::uintmax_t bytes)
{
    return bytes >> 20U;
}

} // namespace

Result<RoomUsed> measure_room(const std::filesystem::path& directory, const EvidenceRoom& room)
{
    std::error_code error;
    RoomUsed used;
    used.free_bytes = std::filesystem::space(directory, error).available;
    if (error) return Error{Errc::io, fmt::format("{}: {}", directory.string(), error.message())};
    if (room.max_bytes == 0) return used;
    std::filesystem::directory_iterator entry(directory, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        std::error_code vanished; // a withdrawal may remove one meanwhile
        const auto size = entry->file_size(vanished);
        if (!vanished) used.used_bytes += size;
    }
    if (error) return Error{Errc::io, fmt::format("{}: {}", directory.string(), error.message())};
    return used;
}

RoomVerdict judge_room(const RoomUsed& used, const EvidenceRoom& room)
{
    RoomVerdict verdict;
    if (room.max_bytes > 0 && used.used_bytes >= room.max_bytes) {
        verdict.refusal = fmt::format("evidence takes {} MiB of the {} MiB that evidence.max_bytes allows",
                                      mebibytes(used.used_bytes), mebibytes(room.max_bytes));
    } else if (used.free_bytes < room.min_free_bytes) {
        verdict.refusal =
            fmt::format("less than {} MiB free where evidence is kept", mebibytes(room.min_free_bytes));
    } else if (room.max_bytes > 0 && used.used_bytes >= room.max_bytes - room.max_bytes / 5) {
        verdict.warning =
            fmt::format("evidence takes {} MiB of the {} MiB that evidence.max_bytes allows: when it is "
                        "full no more is written",
                        mebibytes(used.used_bytes), mebibytes(room.max_bytes));
    } else if (used.free_bytes / 2 < room.min_free_bytes) {
        verdict.warning =
            fmt::format("only {} MiB free where evidence is kept: below {} MiB no more is written",
                        mebibytes(used.free_bytes), mebibytes(room.min_free_bytes));
    }
    return verdict;
}

} // namespace stillwatch::pipeline
