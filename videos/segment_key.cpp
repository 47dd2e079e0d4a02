#include "videos/segment_key.hpp"

#include "core/binary.hpp"

#include <nettle/aes.h>
#include <nettle/cbc.h>

#include <algorithm>

namespace stillwatch::videos {

namespace {

const std::uint8_t* raw(const std::byte* bytes) noexcept
{
    return reinterpret_cast<const std::uint8_t*>(bytes);
}

} // namespace

std::array<std::byte, key_bytes> vector_of(const SegmentKey& key, const Segment& segment) noexcept
{
    if (key.iv) return *key.iv;
    std::array<std::byte, key_bytes> vector{};
    for (std::size_t i = 0; i < sizeof segment.sequence; ++i)
        vector[key_bytes - 1 - i] = static_cast<std::byte>(segment.sequence >> (8 * i) & 0xFFU);
    return vector;
}

Result<Bytes> decrypted(ByteView segment, const std::array<std::byte, key_bytes>& key,
                        const std::array<std::byte, key_bytes>& vector)
{
    if (segment.empty() || segment.size() % AES_BLOCK_SIZE != 0)
        return Error{Errc::malformed, "encrypted segment: no whole number of blocks"};
    aes128_ctx context;
    aes128_set_decrypt_key(&context, raw(key.data()));
    std::array<std::uint8_t, AES_BLOCK_SIZE> running{};
    std::ranges::transform(vector, running.begin(),
                           [](std::byte one) { return std::to_integer<std::uint8_t>(one); });
    Bytes clear(segment.size());
    const auto decrypt = [](const void* with, std::size_t length, std::uint8_t* to,
                            const std::uint8_t* from) {
        aes128_decrypt(static_cast<const aes128_ctx*>(with), length, to, from);
    };
    cbc_decrypt(&context, decrypt, AES_BLOCK_SIZE, running.data(), clear.size(),
                reinterpret_cast<std::uint8_t*>(clear.data()), raw(segment.data()));
    const std::size_t padding = byte_at(clear, clear.size() - 1);
    const auto is_padding = [padding](std::byte one) { return std::to_integer<std::size_t>(one) == padding; };
    if (padding == 0 || padding > AES_BLOCK_SIZE ||
        !std::ranges::all_of(ByteView(clear).last(padding), is_padding))
        return Error{Errc::malformed, "encrypted segment: no padding at its end, so it has another key"};
    clear.resize(clear.size() - padding);
    return clear;
}

} // namespace stillwatch::videos
