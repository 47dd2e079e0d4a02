#include "vault/random.hpp"

#include "vault/sodium.hpp"

#include <fmt/format.h>
#include <sodium.h>

namespace stillwatch::vault {

void fill_random(std::span<std::byte> out)
{
    require_sodium();
    randombytes_buf(out.data(), out.size());
}

Bytes random_bytes(std::size_t size)
{
    Bytes bytes(size);
    fill_random(bytes);
    return bytes;
}

std::string uuid_from(std::array<std::byte, 16> bytes, unsigned version)
{
    bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte(static_cast<unsigned char>(version << 4U));
    bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    const ByteView all = bytes;
    return fmt::format("{}-{}-{}-{}-{}", to_hex(all.first(4)), to_hex(all.subspan(4, 2)),
                       to_hex(all.subspan(6, 2)), to_hex(all.subspan(8, 2)), to_hex(all.subspan(10)));
}

} // namespace stillwatch::vault
