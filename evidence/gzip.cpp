#include "evidence/gzip.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <stdexcept>

namespace stillwatch::evidence {

namespace {

constexpr int usual_level = 6;       // of libdeflate
constexpr int gzip_window = 15 + 16; // 16 asks zlib for the gzip format
constexpr std::size_t max_at_once = std::numeric_limits<uInt>::max();

// zlib reads its input through a pointer that is not const.
Bytef* input_of(ByteView bytes)
{
    return reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
}

struct Inflater {
    z_stream stream{};
    bool ready = inflateInit2(&stream, gzip_window) == Z_OK;
    ~Inflater() { inflateEnd(&stream); }
};

} // namespace

Bytes gzip_member(ByteView clear, Effort effort)
{
    if (clear.size() > max_at_once) throw std::length_error("a gzip member of more than 4 GiB");
    const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
        libdeflate_alloc_compressor(effort == Effort::store ? 0 : usual_level), &libdeflate_free_compressor);
    if (!compressor) throw std::bad_alloc();
    Bytes out(libdeflate_gzip_compress_bound(compressor.get(), clear.size()));
    out.resize(
        libdeflate_gzip_compress(compressor.get(), clear.data(), clear.size(), out.data(), out.size()));
    if (out.empty()) throw std::logic_error("a gzip member is longer than its bound");
    return out;
}

// The bytes are those of gzip_member(): what libdeflate writes at level 0 (RFC 1951, section 3.2.4: stored
// blocks of 65 535 bytes; RFC 1952: no name, no time, the fastest compression, no system).
void append_stored_member(Bytes& file, std::span<const ByteView> parts)
{
    constexpr std::size_t longest_block = 0xffff;
    constexpr std::array<std::uint8_t, 10> head{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff};
    std::size_t size = 0;
    std::uint32_t crc = 0;
    for (const auto& part : parts) {
        size += part.size();
        // Of no bytes that lie nowhere the library gives the checksum of nothing.
        if (!part.empty()) crc = libdeflate_crc32(crc, part.data(), part.size());
    }
    if (size > max_at_once) throw std::length_error("a gzip member of more than 4 GiB");
    const auto append = [&file](ByteView bytes) { file.insert(file.end(), bytes.begin(), bytes.end()); };
    const auto append_number = [&file](std::size_t value, int bytes) {
        for (int i = 0; i < bytes; ++i)
            file.push_back(static_cast<std::byte>(value >> (8 * i)));
    };
    append(std::as_bytes(std::span(head)));
    auto part = parts.begin();
    auto rest = part == parts.end() ? ByteView() : *part;
    std::size_t left = size;
    do {
        std::size_t block = std::min(left, longest_block);
        left -= block;
        append_number(left == 0 ? 1 : 0, 1);
        append_number(block, 2);
        append_number(~block, 2);
        while (block > 0) {
            while (rest.empty())
                rest = *++part;
            const auto some = rest.first(std::min(block, rest.size()));
            append(some);
            rest = rest.subspan(some.size());
            block -= some.size();
        }
    } while (left > 0);
    append_number(crc, 4);
    append_number(size, 4);
}

std::size_t stored_member_size(std::size_t clear) noexcept
{
    const auto blocks = std::max<std::size_t>(1, (clear + 0xfffe) / 0xffff);
    return 10 + clear + 5 * blocks + 8;
}

std::uint32_t crc32_of(ByteView bytes)
{
    return libdeflate_crc32(0, bytes.data(), bytes.size());
}

Result<Bytes> gunzip_member(ByteView& rest, std::size_t max_bytes)
{
    Inflater inflater;
    if (!inflater.ready) throw std::bad_alloc();
    auto& stream = inflater.stream;
    stream.next_in = input_of(rest);
    stream.avail_in = static_cast<uInt>(std::min(rest.size(), max_at_once));
    const auto given = stream.avail_in;
    Bytes out;
    int state = Z_OK;
    while (state == Z_OK) {
        const auto filled = out.size();
        if (filled > max_bytes) return Error{Errc::too_large, "a gzip member inflates to too many bytes"};
        out.resize(filled + (256U << 10U));
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
        stream.avail_out = static_cast<uInt>(out.size() - filled);
        state = inflate(&stream, Z_NO_FLUSH);
        out.resize(out.size() - stream.avail_out);
    }
    if (state != Z_STREAM_END) return Error{Errc::corrupt, "a gzip member is damaged or ends early"};
    if (out.size() > max_bytes) return Error{Errc::too_large, "a gzip member inflates to too many bytes"};
    rest = rest.subspan(given - stream.avail_in);
    return out;
}

} // namespace stillwatch::evidence
