#pragma once

#include "core/bytes.hpp"
#include "core/video.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace stillwatch::videos {

// A file of which not every byte may be there.
class FileBytes {
public:
    virtual ~FileBytes() = default;
    virtual std::uint64_t size() const noexcept = 0;
    // Copies what is there from `at` on, up to the first gap; how many bytes. 0: nothing is there, or `at` is
    // the end.
    virtual std::size_t read(std::uint64_t at, std::span<std::byte> out) = 0;
    virtual bool has(ByteRange range) const noexcept = 0;
    // What of `range` is not there.
    virtual std::vector<ByteRange> missing_of(ByteRange range) const = 0;
};

// All of a file, held by the caller.
class WholeFile final : public FileBytes {
public:
    explicit WholeFile(ByteView bytes) noexcept : bytes_(bytes) {}
    std::uint64_t size() const noexcept override { return bytes_.size(); }
    std::size_t read(std::uint64_t at, std::span<std::byte> out) override
    {
        if (at >= bytes_.size()) return 0;
        const auto part = bytes_.subspan(static_cast<std::size_t>(at));
        const auto count = std::min(part.size(), out.size());
        std::ranges::copy(part.first(count), out.begin());
        return count;
    }
    bool has(ByteRange range) const noexcept override { return range.end() <= bytes_.size(); }
    std::vector<ByteRange> missing_of(ByteRange) const override { return {}; }

private:
    ByteView bytes_;
};

} // namespace stillwatch::videos
