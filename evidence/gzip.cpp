#include "evidence/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace stillwatch::evidence {

namespace {

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
    z_stream stream{};
    if (clear.size() > max_at_once) throw std::length_error("a gzip member of more than 4 GiB");
    const int level = effort == Effort::store ? Z_NO_COMPRESSION : Z_DEFAULT_COMPRESSION;
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    Bytes out(deflateBound(&stream, static_cast<uLong>(clear.size())));
    stream.next_in = input_of(clear);
    stream.avail_in = static_cast<uInt>(clear.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(std::min(out.size(), max_at_once));
    const int state = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (state != Z_STREAM_END) throw std::length_error("a gzip member of more than 4 GiB");
    return out;
}

std::uint32_t crc32_of(ByteView bytes)
{
    return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
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
