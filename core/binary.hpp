#pragma once

#include "core/bytes.hpp"
#include "core/digest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

// Numbers inside bytes: at a place in a file, or one after the other in a record or a message.
namespace stillwatch {

// The number at an offset that the caller has checked.
inline std::uint8_t byte_at(ByteView bytes, std::size_t at) noexcept
{
    return std::to_integer<std::uint8_t>(bytes[at]);
}

inline std::uint16_t big_16(ByteView bytes, std::size_t at) noexcept
{
    return static_cast<std::uint16_t>(byte_at(bytes, at) << 8U | byte_at(bytes, at + 1));
}

inline std::uint32_t big_32(ByteView bytes, std::size_t at) noexcept
{
    return std::uint32_t{big_16(bytes, at)} << 16U | big_16(bytes, at + 2);
}

inline std::uint16_t little_16(ByteView bytes, std::size_t at) noexcept
{
    return static_cast<std::uint16_t>(byte_at(bytes, at + 1) << 8U | byte_at(bytes, at));
}

inline std::uint32_t little_32(ByteView bytes, std::size_t at) noexcept
{
    return std::uint32_t{little_16(bytes, at + 2)} << 16U | little_16(bytes, at);
}

template <std::unsigned_integral Number>
void append_little(Bytes& out, Number value)
{
    std::array<std::byte, sizeof value> bytes;
    for (std::size_t i = 0; i < sizeof value; ++i)
        bytes[i] = static_cast<std::byte>(value >> (8 * i) & 0xFFU);
    append(out, bytes);
}

template <std::unsigned_integral Number>
void append_big(Bytes& out, Number value)
{
    std::array<std::byte, sizeof value> bytes;
    for (std::size_t i = 0; i < sizeof value; ++i)
        bytes[sizeof value - 1 - i] = static_cast<std::byte>(value >> (8 * i) & 0xFFU);
    append(out, bytes);
}

// Little-endian numbers, texts and bytes one after the other: records of references and messages of the
// workers.
class BinaryWriter {
public:
    // Bytes of which a copy must not stay behind in memory are written after room for all of them was made.
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
    // In the width of its type.
    template <std::unsigned_integral Number>
    void number(Number value)
    {
        append_little(bytes_, value);
    }
    // A value that does not fit becomes the largest there is, which its reader refuses as out of range.
    template <std::unsigned_integral Number>
    void clamped(std::integral auto value)
    {
        number(std::in_range<Number>(value) ? static_cast<Number>(value)
                                            : std::numeric_limits<Number>::max());
    }
    void flag(bool value) { number(static_cast<std::uint8_t>(value)); }
    // A double as the number that its bits make.
    void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
    void bytes(ByteView data) { bytes_.insert(bytes_.end(), data.begin(), data.end()); }
    // Two bytes of length, then the text; the caller keeps it under 65 536 bytes.
    void text(std::string_view value)
    {
        number(static_cast<std::uint16_t>(value.size()));
        bytes(as_bytes(value));
    }
    // Puts `value` where an earlier number() of the same type began.
    template <std::unsigned_integral Number>
    void overwrite(std::size_t at, Number value)
    {
        for (std::size_t i = 0; i < sizeof value; ++i)
            bytes_[at + i] = static_cast<std::byte>(value >> (8 * i) & 0xFFU);
    }
    std::size_t size() const noexcept { return bytes_.size(); }
    Bytes take() && { return std::move(bytes_); }

private:
    Bytes bytes_;
};

// Reads what BinaryWriter wrote. After the first value that is not there or was refused, everything reads as
// zero or empty and ok() stays false, so callers test once, at the end.
class BinaryReader {
public:
    explicit BinaryReader(ByteView bytes) : rest_(bytes) {}

    template <std::unsigned_integral Number>
    Number number()
    {
        const auto part = bytes(sizeof(Number));
        Number value = 0;
        for (std::size_t i = 0; i < part.size(); ++i)
            value =
                static_cast<Number>(value | static_cast<Number>(std::to_integer<Number>(part[i])) << (8 * i));
        return value;
    }
    // One that is used as an int; refused where it is none.
    template <std::unsigned_integral Number>
    int integer()
    {
        const auto value = number<Number>();
        if (!std::in_range<int>(value)) refuse();
        return ok_ ? static_cast<int>(value) : 0;
    }
    // A number of things that may be up to `most`.
    template <std::unsigned_integral Number>
    std::size_t count(std::size_t most)
    {
        const auto value = number<Number>();
        if (value > most) refuse();
        return ok_ ? static_cast<std::size_t>(value) : 0;
    }
    bool flag() { return count<std::uint8_t>(1) == 1; }
    // Infinities and what is no number are out of every bound.
    double real()
    {
        const auto value = std::bit_cast<double>(number<std::uint64_t>());
        if (!std::isfinite(value)) refuse();
        return ok_ ? value : 0;
    }
    Sha256 digest()
    {
        Sha256 digest;
        std::ranges::copy(bytes(digest.bytes.size()), digest.bytes.begin());
        return digest;
    }
    std::string_view text(std::size_t max_bytes) { return as_text(bytes(count<std::uint16_t>(max_bytes))); }
    ByteView bytes(std::size_t count)
    {
        if (!ok_ || count > rest_.size()) {
            ok_ = false;
            return {};
        }
        const auto part = rest_.first(count);
        rest_ = rest_.subspan(count);
        return part;
    }
    ByteView rest() { return bytes(rest_.size()); }
    // The caller found a value out of its bounds.
    void refuse() noexcept { ok_ = false; }
    bool ok() const noexcept { return ok_; }
    // Everything was there and nothing is left.
    bool complete() const noexcept { return ok_ && rest_.empty(); }

private:
    ByteView rest_;
    bool ok_ = true;
};

} // namespace stillwatch
