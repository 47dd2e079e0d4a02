#include "evidence/orphans.hpp"

#include "evidence/package.hpp"
#include "evidence/stamp_file.hpp"
#include "vault/pending_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

namespace stillwatch::evidence {

namespace {

namespace fs = std::filesystem;

Error io_error(std::string_view what, const fs::path& path, int error)
{
    return Error{Errc::io, fmt::format("{} {}: {}", what, path.string(), std::strerror(error))};
}

Result<void> remove_file(const fs::path& path)
{
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return io_error("remove", path, errno);
}

// The package goes last: without it what stands beside it is an orphan for the next start.
Result<void> remove_with_stamps(const fs::path& package)
{
    for (const auto suffix : {unstamped_suffix, stamp_suffix}) {
        auto path = package;
        path += suffix;
        if (const auto done = remove_file(path); !done) return done;
    }
    return remove_file(package);
}

bool is_older(const fs::path& path, Timestamp limit)
{
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return false;
    const auto seconds = std::chrono::seconds(status.st_mtim.tv_sec);
    return Timestamp(seconds) <= limit;
}

// The number of the case in the name of a package: what stands before the digest (package_name).
std::string case_in(std::string_view package)
{
    const auto end = package.rfind('-');
    return end == std::string_view::npos ? std::string() : std::string(package.substr(0, end));
}

// Whether a file stands beside a package, by its name.
bool is_beside_a_package(std::string_view name)
{
    const auto package = package_of(name);
    return package != name && is_package_name(package);
}

struct Candidates {
    std::vector<fs::path> temporaries;
    std::vector<fs::path> packages; // unknown ones
    std::vector<fs::path> beside;   // files about time stamps whose package is not there
};

Result<Candidates> candidates_in(const fs::path& directory, const std::set<std::string>& known)
{
    Candidates found;
    std::error_code error;
    fs::directory_iterator entries(directory, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
        const auto name = entries->path().filename().string();
        std::error_code ignored; // a file that vanishes meanwhile is no plain file
        if (!fs::is_regular_file(entries->symlink_status(ignored))) continue;
        constexpr std::string_view unfinished = ".tmp";
        const auto finished =
            name.ends_with(unfinished) ? name.substr(0, name.size() - unfinished.size()) : "";
        if (is_package_name(finished) || is_beside_a_package(finished))
            found.temporaries.push_back(entries->path());
        else if (is_beside_a_package(name) && !fs::exists(directory / package_of(name)))
            found.beside.push_back(entries->path());
        else if (is_package_name(name) && !known.contains(name))
            found.packages.push_back(entries->path());
    }
    if (error) return io_error("list", directory, error.value());
    return found;
}

} // namespace

Result<RemovedOrphans> remove_orphans(const fs::path& directory, const std::set<std::string>& known,
                                      Timestamp now, const OrphanLimits& limits,
                                      const std::set<std::string>& withdrawn)
{
    auto found = candidates_in(directory, known);
    if (!found) return found.error();
    RemovedOrphans removed;
    for (const auto& path : found->temporaries) {
        if (const auto done = remove_file(path); !done) return done.error();
        ++removed.temporaries;
    }
    const auto first_of_rest =
        std::partition(found->packages.begin(), found->packages.end(), [&](const fs::path& path) {
            return withdrawn.contains(case_in(path.filename().string()));
        });
    const std::span of_withdrawn(found->packages.begin(), first_of_rest);
    const std::span rest(first_of_rest, found->packages.end());
    for (const auto& path : of_withdrawn) {
        if (const auto done = remove_with_stamps(path); !done) return done.error();
        ++removed.packages;
    }
    if (rest.size() > limits.max_packages)
        return Error{
            Errc::refused,
            fmt::format("{} evidence packages in {} are unknown to the database; was an older database "
                        "restored? None of them was removed",
                        rest.size(), directory.string())};
    for (const auto& path : rest) {
        if (!is_older(path, now - limits.min_age)) {
            ++removed.kept_young;
            continue;
        }
        if (const auto done = remove_with_stamps(path); !done) return done.error();
        ++removed.packages;
    }
    for (const auto& path : found->beside)
        if (is_older(path, now - limits.min_age)) // younger: its package is on its way
            if (const auto done = remove_file(path); !done) return done.error();
    if (const auto synced = vault::sync_directory(directory); !synced) return synced.error();
    return removed;
}

Result<void> remove_package(const fs::path& directory, const std::string& file)
{
    if (!is_package_name(file) || file.find('/') != std::string::npos)
        return Error{Errc::invalid_argument, "not the name of an evidence package"};
    if (const auto removed = remove_with_stamps(directory / file); !removed) return removed;
    return vault::sync_directory(directory);
}

} // namespace stillwatch::evidence
