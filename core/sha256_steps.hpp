#pragma once

#include "core/digest.hpp"

#include <array>
#include <cstddef>

namespace stillwatch {

// A SHA-256 on its way, so that two can go on side by side: each round of one waits for the round before, and
// the processor has time for another's meanwhile. Two together take 0.7 of the time of one after the other
// (docs/performance.md).
class Sha256Steps {
public:
    // `data` outlives this.
    explicit Sha256Steps(ByteView data);

    // Whether this processor gains anything by it.
    static bool go_well_together() noexcept;
    // Takes of both as many whole blocks as that one has left that has fewer.
    static void advance(Sha256Steps& one, Sha256Steps& other) noexcept;

    // Whether only the last, partial block is left.
    bool is_nearly_done() const noexcept;
    // Takes what is left, alone. Once only.
    Sha256 finish();

private:
    static constexpr std::size_t block_bytes = 64;

    ByteView left_;
    std::size_t taken_blocks_ = 0;
    alignas(16) std::array<std::uint32_t, 8> state_;
};

// Takes `blocks` blocks of each text into the states of two SHA-256. Only where sha256_pairs_are_quick().
void take_sha256_blocks(std::array<std::uint32_t, 8>& one, const std::byte* of_one,
                        std::array<std::uint32_t, 8>& other, const std::byte* of_other,
                        std::size_t blocks) noexcept;
bool sha256_pairs_are_quick() noexcept;

} // namespace stillwatch
