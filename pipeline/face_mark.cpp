#include "pipeline/face_mark.hpp"

#include "core/bytes.hpp"
#include "core/digest.hpp"

#include <array>
#include <cstring>

namespace stillwatch::pipeline {

namespace {

// A number of a direction is the sum of four bytes, which is close enough to a normal distribution: with
// signs alone a face of few large numbers would lie on the side of the largest.
constexpr std::size_t bytes_of_number = 4;
constexpr std::size_t numbers_in_digest = sizeof(Sha256::bytes) / bytes_of_number;
constexpr int middle = static_cast<int>(bytes_of_number) * 255 / 2;

// A part of one direction.
Sha256 part_of(const Sha256& seed, std::uint32_t direction, std::uint32_t part)
{
    std::array<std::byte, sizeof(Sha256::bytes) + 2 * sizeof(std::uint32_t)> text{};
    std::memcpy(text.data(), seed.bytes.data(), seed.bytes.size());
    std::memcpy(text.data() + seed.bytes.size(), &direction, sizeof direction);
    std::memcpy(text.data() + seed.bytes.size() + sizeof direction, &part, sizeof part);
    return Sha256::of(text);
}

int number_of(const Sha256& part, std::size_t place)
{
    int sum = -middle;
    for (std::size_t i = 0; i < bytes_of_number; ++i)
        sum += std::to_integer<int>(part.bytes[place * bytes_of_number + i]);
    return sum;
}

} // namespace

Fingerprint face_mark(std::span<const float> embedding, const vault::SigningKey& key)
{
    // Signing is deterministic, and nobody else signs this text.
    const auto seed = Sha256::of(key.sign(as_bytes("stillwatch: directions of the marks of faces")));
    Fingerprint mark;
    for (std::uint32_t direction = 0; direction < 256; ++direction) {
        double side = 0;
        Sha256 part;
        for (std::size_t i = 0; i < embedding.size(); ++i) {
            const auto place = i % numbers_in_digest;
            if (place == 0)
                part = part_of(seed, direction, static_cast<std::uint32_t>(i / numbers_in_digest));
            side += number_of(part, place) * static_cast<double>(embedding[i]);
        }
        if (side > 0) mark.words[direction / 64] |= std::uint64_t{1} << (direction % 64);
    }
    return mark;
}

} // namespace stillwatch::pipeline
