#pragma once

#include "core/clock.hpp"
#include "evidence/stamp_file.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::evidence {

// A package that waits for a time stamp, as the file NAME.unstamped keeps it: the digest stands nowhere else
// where it can be read, since the package is sealed.
struct Unstamped {
    std::string package; // its name
    Sha256 digest;       // of its datapackage.json
    Timestamp since{};   // when it was made

    friend bool operator==(const Unstamped&, const Unstamped&) = default;
};

// On the disk when it returns, under its name with the next vault::sync_directory(). One that is there
// already is left alone: it says the same. Errors: io.
Result<void> note_unstamped(const std::filesystem::path& directory, const Unstamped& package);

// Errors: not_found, io, too_large, malformed.
Result<Unstamped> read_unstamped(const std::filesystem::path& directory, const std::string& package);

// The stamps beside a package; nothing where there is no such file. Errors: io, too_large, malformed: nobody
// knows then which stamps there are.
Result<std::optional<StampFile>> stamps_beside(const std::filesystem::path& directory,
                                               const std::string& package);

// What waits in the directory.
struct Waiting {
    std::size_t all = 0;             // packages that lack any stamp
    std::vector<Unstamped> packages; // those that lack the authority's: at most as many as were asked for
    // Of packages whose note, or whose file of earlier stamps, cannot be read or is not theirs: what is wrong
    // with which file. They get no further stamp.
    std::vector<std::string> damaged{};
    std::optional<Timestamp> oldest{}; // of `packages`
};
// Those without any stamp come first. A package that is gone does not wait. Errors: io.
Result<Waiting> waiting_for(std::string_view authority, const std::filesystem::path& directory,
                            std::size_t at_most);

// Takes away the notes of packages that all of `authorities` have stamped: a crash may have come before, or
// another authority left. Errors: io.
Result<void> drop_settled_notes(const std::filesystem::path& directory,
                                const std::vector<std::string>& authorities);

// Adds stamps to the files NAME.stamp, durable together, and takes the note away where every one of
// `authorities` has stamped. What was withdrawn meanwhile gets none, and a file of stamps that cannot be read
// is left as it is. Gives how many packages got theirs.
// Errors: io, too_large; what is not stamped then still waits.
struct NewStamp {
    Unstamped package;
    PackageStamp stamp;
};
Result<std::size_t> keep_stamps(const std::filesystem::path& directory, const std::vector<NewStamp>& stamps,
                                const std::vector<std::string>& authorities);

} // namespace stillwatch::evidence
