#include "evidence/gzip.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
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
