#pragma once

#include "core/bytes.hpp"
#include "core/digest.hpp"
#include "pictures/byte_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

// Little-endian numbers one after the other: what records and answers about pictures are made of.
namespace stillwatch::features {

class FieldWriter {
public:
    explicit FieldWriter(Bytes& out) : out_(out) {}

    void number(std::uint64_t value, unsigned bytes)
    {
        for (unsigned i = 0; i < bytes; ++i)
            out_.push_back(static_cast<std::byte>(value >> (8U * i)));
    }
    // A value that does not fit becomes the largest there is, which its reader refuses as out of range.
    void small(std::int64_t value, unsigned bytes)
    {
        const auto largest = (std::int64_t{1} << (8U * bytes)) - 1;
        number(static_cast<std::uint64_t>(value < 0 ? largest : std::min(value, largest)), bytes);
    }
    void count(std::size_t value, unsigned bytes) { small(static_cast<std::int64_t>(value), bytes); }
    void bytes(ByteView data) { out_.insert(out_.end(), data.begin(), data.end()); }

private:
    Bytes& out_;
};

// Reads past the end give zeros and turn `whole` off, which is tested once.
class FieldReader {
public:
    explicit FieldReader(ByteView rest) : rest_(rest) {}

    std::uint64_t number(unsigned bytes)
    {
        std::uint64_t value = 0;
        const auto part = take(bytes);
        for (std::size_t i = 0; i < part.size(); ++i)
            value |= std::uint64_t{pictures::byte_at(part, i)} << (8U * i);
        return value;
    }
    int small(unsigned bytes) { return static_cast<int>(number(bytes)); }
    // A number of things that may be up to `most`; with more the record is not whole.
    std::size_t count(unsigned bytes, std::size_t most)
    {
        const auto value = number(bytes);
        if (value > most) whole_ = false;
        return whole_ ? value : 0;
    }
    bool flag()
    {
        const auto value = number(1);
        if (value > 1) whole_ = false;
        return value == 1;
    }
    Sha256 digest()
    {
        Sha256 digest;
        std::ranges::copy(take(digest.bytes.size()), digest.bytes.begin());
        return digest;
    }
    std::string text(std::size_t size) { return std::string(as_text(take(size))); }
    ByteView take(std::size_t size)
    {
        whole_ = whole_ && size <= rest_.size();
        if (!whole_) return {};
        const auto part = rest_.first(size);
        rest_ = rest_.subspan(size);
        return part;
    }
    ByteView take_rest() { return take(rest_.size()); }
    // Everything was there and nothing is left.
    bool whole() const noexcept { return whole_ && rest_.empty(); }

private:
    ByteView rest_;
    bool whole_ = true;
};

} // namespace stillwatch::features
