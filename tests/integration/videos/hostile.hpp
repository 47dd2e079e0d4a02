#pragma once

#include "core/bytes.hpp"
#include "core/video.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// Files and playlists that break off, are damaged or lie, drawn from a seed: the same number makes the same
// one.
namespace stillwatch::videos::test {

// A file as a server gives it.
struct HostileFile {
    std::string kind;               // of damage
    std::string sample;             // that it was made of
    Bytes bytes{};                  // never empty
    std::uint64_t told_bytes = 0;   // how large the file is said to be; at least what there is
    std::vector<ByteRange> there{}; // of `bytes`, in the order in which they come
};

class HostileFiles {
public:
    // Sound files, small ones, one at least; their names tell what they are.
    explicit HostileFiles(std::vector<std::pair<std::string, Bytes>> samples) : samples_(std::move(samples))
    {
    }
    HostileFile make(std::uint32_t seed, std::size_t number) const;

private:
    std::vector<std::pair<std::string, Bytes>> samples_;
};

// A playlist (HLS or DASH) that is damaged, or put together of numbers, addresses and tags that lie.
Bytes hostile_playlist(const std::vector<Bytes>& samples, std::uint32_t seed, std::size_t number);

} // namespace stillwatch::videos::test
