#include "core/digest.hpp"

#include "core/sha256_blocks.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace stillwatch {

namespace {

const unsigned char* raw(ByteView bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

constexpr std::size_t block_bytes = 64;

// FIPS 180-4 section 5.3.3 and, for the end of the message, 5.1.1.
Sha256 with_instructions(ByteView data)
{
    std::array<std::uint32_t, 8> state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const auto whole = data.size() / block_bytes;
    mix_sha256_blocks(state, data.data(), whole);
    const auto rest = data.subspan(whole * block_bytes);
    std::array<std::byte, 2 * block_bytes> last{};
    std::ranges::copy(rest, last.begin());
    last[rest.size()] = std::byte{0x80};
    const std::size_t blocks = rest.size() + 9 > block_bytes ? 2 : 1;
    const std::uint64_t bits = std::uint64_t{data.size()} * 8;
    for (std::size_t i = 0; i < 8; ++i)
        last[blocks * block_bytes - 1 - i] = static_cast<std::byte>(bits >> (8 * i));
    mix_sha256_blocks(state, last.data(), blocks);
    Sha256 digest;
    for (std::size_t i = 0; i < digest.bytes.size(); ++i)
        digest.bytes[i] = static_cast<std::byte>(state[i / 4] >> (24 - 8 * (i % 4)));
    return digest;
}

} // namespace

Sha256 Sha256::of(ByteView data)
{
    static const bool is_fast = has_sha256_instructions();
    if (is_fast) return with_instructions(data);
    Sha256 digest;
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.bytes.data()), raw(data), data.size());
    return digest;
}

std::optional<Sha256> Sha256::from_hex(std::string_view hex)
{
    Sha256 digest;
    if (!stillwatch::from_hex(hex, digest.bytes)) return std::nullopt;
    return digest;
}

static_assert(sizeof(crypto_hash_sha256_state) <= 128, "Sha256Hasher::state_ holds libsodium's state");

Sha256Hasher::Sha256Hasher() : state_{}
{
    crypto_hash_sha256_init(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()));
}

void Sha256Hasher::update(ByteView part)
{
    crypto_hash_sha256_update(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()), raw(part),
                              part.size());
}

Sha256 Sha256Hasher::finish()
{
    Sha256 digest;
    crypto_hash_sha256_final(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()),
                             reinterpret_cast<unsigned char*>(digest.bytes.data()));
    return digest;
}

} // namespace stillwatch

std::size_t std::hash<stillwatch::Sha256>::operator()(const stillwatch::Sha256& digest) const noexcept
{
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
}
