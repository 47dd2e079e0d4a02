#pragma once

#include "core/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Files that hold pictures without being one: archives and PDF. They come from strangers and are read in the
// restricted worker only.
namespace stillwatch::packages {

// Past any of these the rest is left out.
struct PackageLimits {
    // A few at a time, so that what a worker tells is bounded (sandbox/messages.hpp).
    static constexpr std::size_t pictures_at_once = 64;
    static constexpr std::size_t bytes_at_once = 15U << 20U;

    std::size_t max_entries = 4'096;
    std::size_t max_pictures = 1'000;             // all that are looked at, those passed over included
    std::size_t max_bytes = 24U << 20U;           // of the pictures that are given
    std::size_t max_unpacked_bytes = 256U << 20U; // of everything that is unpacked on the way
    int max_depth = 2;                            // packages in packages
    // In turns: those before `first_picture` are passed over, and where there is no room for one the rest is
    // left for the next turn.
    bool in_turns = false;
    std::size_t first_picture = 0;
};

// The pictures of a package, as files of their own.
struct Contents {
    std::vector<Bytes> pictures;
    std::vector<std::string> names; // of each, as it is called in the package; any bytes
    std::size_t bytes = 0;          // of these
    std::size_t found = 0;          // all that were met, those passed over or left out included
    bool has_more = false;          // there is no room for the picture with the number `found`
    std::size_t unpacked_bytes = 0; // of all that was unpacked for them
    std::size_t entries = 0;        // looked at
    std::size_t locked = 0;         // of these: under a password, so that nobody knows what they are
    bool is_whole = true;
};

// Adds the picture, which is called so, unless it is passed over or there is no room.
void take_picture(Bytes file, std::string name, const PackageLimits& limits, Contents& contents);

// What is called `name` in a package that is called so itself; the outermost has no name.
inline std::string within(const std::string& package, const std::string& name)
{
    return package.empty() ? name : package + "/" + name;
}

} // namespace stillwatch::packages
