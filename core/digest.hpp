#pragma once

#include "core/bytes.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch {

// A SHA-256 value (FIPS 180-4): 32 bytes.
struct Sha256 {
    std::array<std::byte, 32> bytes{};

    static Sha256 of(ByteView data);
    static std::optional<Sha256> from_hex(std::string_view hex);
    std::string hex() const { return to_hex(bytes); }

    friend bool operator==(const Sha256&, const Sha256&) = default;
    friend auto operator<=>(const Sha256&, const Sha256&) = default;
};

// SHA-256 over parts, in order.
class Sha256Hasher {
public:
    Sha256Hasher();
    void update(ByteView part);
    // The digest of all parts; the hasher must not be used again.
    Sha256 finish();

private:
    alignas(16) std::array<std::byte, 128> state_;
};

} // namespace stillwatch

template <>
struct std::hash<stillwatch::Sha256> {
    std::size_t operator()(const stillwatch::Sha256& digest) const noexcept;
};
