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

// Little-endian numbers and length-prefixed texts: what both directions of the worker's messages are made of.
namespace stillwatch::sandbox {

class WireWriter {
public:
    template <std::unsigned_integral Number>
    void number(Number value)
    {
        std::array<std::byte, sizeof value> bytes;
        for (std::size_t i = 0; i < sizeof value; ++i)
            bytes[i] = static_cast<std::byte>((value >> (8 * i)) & 0xffU);
        raw(bytes);
    }
    // A double as the number that its bits make.
    void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
    void raw(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    // Two bytes of length, then the text; the caller keeps it under 65 536 bytes.
    void text(std::string_view value)
    {
        number(static_cast<std::uint16_t>(value.size()));
        raw(as_bytes(value));
    }
    // Puts `value` where an earlier number() of the same type began.
    template <std::unsigned_integral Number>
    void overwrite(std::size_t at, Number value)
    {
        for (std::size_t i = 0; i < sizeof value; ++i)
            bytes_[at + i] = static_cast<std::byte>((value >> (8 * i)) & 0xffU);
    }
    std::size_t size() const noexcept { return bytes_.size(); }
    Bytes take() && { return std::move(bytes_); }

private:
    Bytes bytes_;
};

// Reads what WireWriter wrote. After the first value that is not there, everything reads as zero or empty and
// ok() stays false, so callers test once, at the end.
class WireReader {
public:
    explicit WireReader(ByteView bytes) : rest_(bytes) {}

    template <std::unsigned_integral Number>
    Number number()
    {
        const auto part = raw(sizeof(Number));
        Number value = 0;
        for (std::size_t i = 0; i < part.size(); ++i)
            value = static_cast<Number>(value |
                                        (static_cast<Number>(std::to_integer<Number>(part[i])) << (8 * i)));
        return value;
    }
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
        const auto part = raw(digest.bytes.size());
        std::copy(part.begin(), part.end(), digest.bytes.begin());
        return digest;
    }
    ByteView rest() { return raw(rest_.size()); }
    ByteView raw(std::size_t count)
    {
        if (!ok_ || count > rest_.size()) {
            ok_ = false;
            return {};
        }
        const auto part = rest_.first(count);
        rest_ = rest_.subspan(count);
        return part;
    }
    std::string_view text(std::size_t max_bytes)
    {
        const std::size_t length = number<std::uint16_t>();
        if (length > max_bytes) ok_ = false;
        return as_text(raw(length));
    }
    // The caller found a value out of its bounds.
    void refuse() noexcept { ok_ = false; }
    bool ok() const noexcept { return ok_; }
    // Everything was there and nothing is left.
    bool complete() const noexcept { return ok_ && rest_.empty(); }

private:
    ByteView rest_;
    bool ok_ = true;
};

} // namespace stillwatch::sandbox
