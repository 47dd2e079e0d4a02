#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::evidence {

// One file of an archive; `content` borrows.
struct TarMember {
    std::string name; // at most 99 bytes, no directories
    ByteView content;
    std::int64_t modified = 0; // seconds since 1970
};

// Header block of a plain file in ustar format (POSIX.1-1988, pax): 512 bytes, mode 0600, no owner. Equal
// values give equal bytes.
Bytes tar_header(std::string_view name, std::uint64_t size, std::int64_t modified);

// Zeros between a file of `size` bytes and the next header.
std::size_t tar_padding(std::uint64_t size) noexcept;

// Zeros that end an archive.
constexpr std::size_t tar_end = 1024;

// Reads an archive made of exactly such headers; any other byte is an error. Errors: corrupt, naming the
// part.
Result<std::vector<TarMember>> read_tar(ByteView archive);

} // namespace stillwatch::evidence
