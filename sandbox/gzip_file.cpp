#include "sandbox/gzip_file.hpp"

#include <libdeflate.h>

#include <memory>

namespace stillwatch::sandbox {

namespace {

constexpr std::size_t least_bytes = 18;         // header and trailer
constexpr std::size_t most_bytes_of_one = 1032; // that deflate makes of one byte

struct DecompressorEnd {
    void operator()(libdeflate_decompressor* decompressor) const noexcept
    {
        libdeflate_free_decompressor(decompressor);
    }
};

// Its length before it was packed, modulo 2^32: the last four bytes (RFC 1952 section 2.3.1).
std::size_t told_length(ByteView file) noexcept
{
    std::size_t length = 0;
    for (std::size_t i = 1; i <= 4; ++i)
        length = length << 8U | std::to_integer<std::size_t>(file[file.size() - i]);
    return length;
}

} // namespace

std::optional<Bytes> gunzipped_whole(ByteView file, std::size_t max_bytes)
{
    if (file.size() < least_bytes) return std::nullopt;
    const auto length = told_length(file);
    // No memory is asked for because a file says so that cannot hold as much.
    if (length == 0 || length > max_bytes || length / most_bytes_of_one > file.size()) return std::nullopt;
    static thread_local const std::unique_ptr<libdeflate_decompressor, DecompressorEnd> decompressor(
        libdeflate_alloc_decompressor());
    if (!decompressor) return std::nullopt;
    Bytes plain(length);
    std::size_t read = 0;
    std::size_t written = 0;
    const auto result = libdeflate_gzip_decompress_ex(decompressor.get(), file.data(), file.size(),
                                                      plain.data(), plain.size(), &read, &written);
    if (result != LIBDEFLATE_SUCCESS || read != file.size() || written != length) return std::nullopt;
    return plain;
}

} // namespace stillwatch::sandbox
