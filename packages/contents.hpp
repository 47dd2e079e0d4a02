#pragma once

#include "core/bytes.hpp"
#include "packages/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Files that hold pictures without being one: archives and PDF. They come from strangers and are read in the
// restricted worker only.
namespace stillwatch::packages {

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
