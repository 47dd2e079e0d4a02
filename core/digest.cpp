#include "core/digest.hpp"

// Nettle uses the processor's SHA instructions where it has them; libsodium 1.0.18 does not, and took eight
// times as long.
#include <nettle/sha2.h>

#include <cstring>
#include <new>

namespace stillwatch {

namespace {

static_assert(sizeof(sha256_ctx) <= 128, "Sha256Hasher::state_ holds Nettle's state");

sha256_ctx* context_of(std::array<std::byte, 128>& state)
{
    return std::launder(reinterpret_cast<sha256_ctx*>(state.data()));
}

} // namespace

Sha256 Sha256::of(ByteView data)
{
    Sha256Hasher hasher;
    hasher.update(data);
    return hasher.finish();
}

std::optional<Sha256> Sha256::from_hex(std::string_view hex)
{
    Sha256 digest;
    if (!stillwatch::from_hex(hex, digest.bytes)) return std::nullopt;
    return digest;
}

Sha256Hasher::Sha256Hasher() : state_{}
{
    sha256_init(new (state_.data()) sha256_ctx);
}

void Sha256Hasher::update(ByteView part)
{
    sha256_update(context_of(state_), part.size(), reinterpret_cast<const std::uint8_t*>(part.data()));
}

Sha256 Sha256Hasher::finish()
{
    Sha256 digest;
    sha256_digest(context_of(state_), digest.bytes.size(),
                  reinterpret_cast<std::uint8_t*>(digest.bytes.data()));
    return digest;
}

} // namespace stillwatch

std::size_t std::hash<stillwatch::Sha256>::operator()(const stillwatch::Sha256& digest) const noexcept
{
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
}
