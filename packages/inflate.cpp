#include "packages/inflate.hpp"

#include <zlib.h>

#include <algorithm>

namespace stillwatch::packages {

std::optional<Bytes> inflated(ByteView packed, std::size_t most_bytes)
{
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) return std::nullopt;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(packed.size(), 1U << 30U));
    Bytes out;
    int status = Z_OK;
    while (status == Z_OK && out.size() <= most_bytes) {
        constexpr std::size_t block = 256U << 10U;
        const auto had = out.size();
        out.resize(had + block);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
        stream.avail_out = block;
        status = inflate(&stream, Z_NO_FLUSH);
        out.resize(out.size() - stream.avail_out);
    }
    (void)inflateEnd(&stream);
    if (out.empty() || out.size() > most_bytes) return std::nullopt;
    return out;
}

std::uint32_t crc_32(ByteView bytes)
{
    return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

} // namespace stillwatch::packages
