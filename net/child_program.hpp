#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::net {

// What a program printed before it ended.
struct ProgramOutput {
    int exit_code = 0; // 128 and more: a signal ended it
    std::string out;
    std::string err;
};

// Runs `path` and waits. It gets nothing of ours: no environment but PATH and LC_ALL, `input` as descriptor 0
// and `file` as descriptor 3, both in memory and to be read only, and no other descriptor. It is killed after
// `limit`, or when it prints more than a megabyte. Blocks: not for the event loop. Errors: not_found (no such
// program), timed_out, too_large, io.
Result<ProgramOutput> run_program(const std::string& path, const std::vector<std::string>& arguments,
                                  std::string_view input, ByteView file, std::chrono::milliseconds limit);

} // namespace stillwatch::net
