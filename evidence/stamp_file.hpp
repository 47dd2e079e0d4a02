#pragma once

#include "core/digest.hpp"
#include "core/result.hpp"
#include "net/time_stamp.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::evidence {

// What stands beside a package NAME: NAME.unstamped while a time stamp is still to come, NAME.stamp once
// there is one (docs/formats/evidence.md).
constexpr std::string_view unstamped_suffix = ".unstamped";
constexpr std::string_view stamp_suffix = ".stamp";
// Of the file of stamps: replies are some kilobytes, and at most so many authorities stamp one package.
constexpr std::size_t max_stamp_file_bytes = std::size_t{1} << 20U;
constexpr std::size_t max_stamps = 16;

// The package that a file belongs to by its name: NAME of NAME.stamp; any other name itself.
std::string package_of(std::string_view file_name);

// A time stamp over many packages at once: the authority stamped the root of a Merkle tree (core/merkle.hpp)
// whose leaf `index` is the digest of this one.
struct PackageStamp {
    std::string authority; // the address that was asked
    Sha256 root;
    std::uint64_t index = 0;
    std::uint64_t size = 0; // leaves
    std::vector<Sha256> proof;
    Bytes reply; // the whole TimeStampResp (RFC 3161)

    friend bool operator==(const PackageStamp&, const PackageStamp&) = default;
};

struct StampFile {
    Sha256 digest; // of datapackage.json, which lists every file of the package with its digest
    std::vector<PackageStamp> stamps;

    friend bool operator==(const StampFile&, const StampFile&) = default;
};

// Equal values give equal bytes.
std::string render_stamp_file(const StampFile& file);
// Any text may come. Errors: malformed.
Result<StampFile> read_stamp_file(std::string_view text);

// Checks that the file is of the package whose datapackage.json has this digest, and every stamp in it; at
// least one. Errors: corrupt and refused; the detail begins with "stamp file" or "time stamp of ADDRESS".
struct CheckedStamp {
    std::string authority_address;
    net::TimeStamp stamp;
};
Result<std::vector<CheckedStamp>> check_stamps(const StampFile& file, const Sha256& digest,
                                               const net::TimeStampRoots& roots);

} // namespace stillwatch::evidence
