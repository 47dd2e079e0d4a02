#include "core/sha256_steps.hpp"

#include <nettle/sha2.h>

#include <algorithm>

namespace stillwatch {

Sha256Steps::Sha256Steps(ByteView data) : left_(data)
{
    sha256_ctx fresh;
    sha256_init(&fresh);
    std::ranges::copy(fresh.state, state_.begin());
}

bool Sha256Steps::go_well_together() noexcept
{
    static const bool quick = sha256_pairs_are_quick();
    return quick;
}

void Sha256Steps::advance(Sha256Steps& one, Sha256Steps& other) noexcept
{
    const auto blocks = std::min(one.left_.size(), other.left_.size()) / block_bytes;
    if (blocks == 0 || !go_well_together()) return;
    take_sha256_blocks(one.state_, one.left_.data(), other.state_, other.left_.data(), blocks);
    for (auto* each : {&one, &other}) {
        each->left_ = each->left_.subspan(blocks * block_bytes);
        each->taken_blocks_ += blocks;
    }
}

bool Sha256Steps::is_nearly_done() const noexcept
{
    return left_.size() < block_bytes;
}

Sha256 Sha256Steps::finish()
{
    // Nettle goes on where we are.
    sha256_ctx context;
    sha256_init(&context);
    std::ranges::copy(state_, context.state);
    context.count = taken_blocks_;
    sha256_update(&context, left_.size(), reinterpret_cast<const std::uint8_t*>(left_.data()));
    left_ = {};
    Sha256 digest;
    sha256_digest(&context, digest.bytes.size(), reinterpret_cast<std::uint8_t*>(digest.bytes.data()));
    return digest;
}

} // namespace stillwatch
