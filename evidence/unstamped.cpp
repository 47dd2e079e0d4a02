#include "evidence/unstamped.hpp"

#include "evidence/package.hpp"
#include "vault/pending_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>

namespace stillwatch::evidence {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_note_bytes = 256;

Error io_error(std::string_view what, const fs::path& path)
{
    return Error{Errc::io, fmt::format("{} {}: {}", what, path.string(), std::strerror(errno))};
}

fs::path beside(const fs::path& directory, const std::string& package, std::string_view suffix)
{
    return directory / (package + std::string(suffix));
}

// Errors: not_found, too_large, io.
Result<std::string> text_of(const fs::path& path, std::size_t max_bytes)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) {
        if (errno == ENOENT) return Error{Errc::not_found, path.string()};
        return io_error("open", path);
    }
    std::string text;
    char part[16384];
    ssize_t size = 0;
    while (text.size() <= max_bytes && (size = ::read(descriptor, part, sizeof part)) > 0)
        text.append(part, static_cast<std::size_t>(size));
    const auto error = size < 0 ? io_error("read", path) : Error{};
    (void)::close(descriptor); // opened for reading only
    if (size < 0) return error;
    if (text.size() > max_bytes)
        return Error{Errc::too_large, fmt::format("{}: more than {} bytes", path.string(), max_bytes)};
    return text;
}

std::string render(const Unstamped& package)
{
    return fmt::format("{} {}\n", package.digest.hex(), format_utc(package.since));
}

// Of the package whose datapackage.json has the digest; without a stamp where there is no file. Errors as
// stamps_beside(), and malformed where it is of another package.
Result<StampFile> stamps_of(const fs::path& directory, const std::string& package, const Sha256& digest)
{
    auto file = stamps_beside(directory, package);
    if (!file) return file.error();
    if (!*file) return StampFile{digest, {}};
    if ((*file)->digest != digest)
        return Error{Errc::malformed, fmt::format("{}: is of another package",
                                                  beside(directory, package, stamp_suffix).string())};
    return **std::move(file);
}

bool is_stamped_by(std::string_view authority, const StampFile& file)
{
    return std::ranges::find(file.stamps, authority, &PackageStamp::authority) != file.stamps.end();
}

bool is_stamped_by_all(const std::vector<std::string>& authorities, const StampFile& file)
{
    return std::ranges::all_of(
        authorities, [&file](const std::string& authority) { return is_stamped_by(authority, file); });
}

// What waits of one package, and the stamps it has. Errors as read_unstamped() and stamps_of().
struct Standing {
    Unstamped note;
    StampFile stamps;
};
Result<Standing> standing_of(const fs::path& directory, const std::string& package)
{
    auto note = read_unstamped(directory, package);
    if (!note) return note.error();
    auto stamps = stamps_of(directory, package, note->digest);
    if (!stamps) return stamps.error();
    return Standing{*std::move(note), *std::move(stamps)};
}

struct Noted {
    bool has_stamp = false;
    std::string package;

    friend auto operator<=>(const Noted&, const Noted&) = default;
};

// Packages with a note, those without a stamp first.
Result<std::vector<Noted>> noted_in(const fs::path& directory)
{
    std::set<std::string> names;
    std::error_code error;
    fs::directory_iterator entries(directory, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error))
        names.insert(entries->path().filename().string());
    if (error) return Error{Errc::io, fmt::format("list {}: {}", directory.string(), error.message())};
    std::vector<Noted> noted;
    for (const auto& name : names) {
        if (!name.ends_with(unstamped_suffix)) continue;
        auto package = name.substr(0, name.size() - unstamped_suffix.size());
        if (!names.contains(package)) continue;
        const bool has_stamp = names.contains(package + std::string(stamp_suffix));
        noted.push_back({has_stamp, std::move(package)});
    }
    std::ranges::sort(noted);
    return noted;
}

Result<void> write_temporary(const fs::path& path, std::string_view text)
{
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0) return io_error("create", path);
    const auto written = ::write(descriptor, text.data(), text.size());
    const bool is_whole = written == static_cast<ssize_t>(text.size());
    const auto error = is_whole ? Error{} : io_error("write", path);
    if (::close(descriptor) != 0 && is_whole) return io_error("write", path);
    if (!is_whole) return error;
    return {};
}

// One wait for the disk for all files that were written, whatever their number.
Result<void> sync_file_system(const fs::path& directory)
{
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return io_error("open", directory);
    const bool is_synced = ::syncfs(descriptor) == 0;
    const auto error = is_synced ? Error{} : io_error("sync", directory);
    (void)::close(descriptor); // opened for reading only
    if (!is_synced) return error;
    return {};
}

} // namespace

Result<void> note_unstamped(const fs::path& directory, const Unstamped& package)
{
    auto file = vault::PendingFile::create(beside(directory, package.package, unstamped_suffix));
    if (!file) {
        if (file.error().code == Errc::exists) return {};
        return file.error();
    }
    if (const auto written = file->append(as_bytes(render(package))); !written) return written;
    return file->put_in_place();
}

Result<Unstamped> read_unstamped(const fs::path& directory, const std::string& package)
{
    const auto path = beside(directory, package, unstamped_suffix);
    const auto text = text_of(path, max_note_bytes);
    if (!text) return text.error();
    const auto damaged = [&path] { return Error{Errc::malformed, path.string() + ": is damaged"}; };
    if (text->size() < 66) return damaged();
    const auto digest = Sha256::from_hex(std::string_view(*text).substr(0, 64));
    const auto since = parse_utc(std::string_view(*text).substr(65, text->size() - 66));
    if (!digest || !since) return damaged();
    Unstamped read{package, *digest, *since};
    if (render(read) != *text) return damaged();
    return read;
}

Result<std::optional<StampFile>> stamps_beside(const fs::path& directory, const std::string& package)
{
    const auto path = beside(directory, package, stamp_suffix);
    const auto text = text_of(path, max_stamp_file_bytes);
    if (!text && text.error().code == Errc::not_found) return std::optional<StampFile>();
    if (!text) return text.error();
    auto file = read_stamp_file(*text);
    if (!file) return Error{file.error().code, fmt::format("{}: {}", path.string(), file.error().detail)};
    return std::optional(*std::move(file));
}

Result<Waiting> waiting_for(std::string_view authority, const fs::path& directory, std::size_t at_most)
{
    const auto noted = noted_in(directory);
    if (!noted) return noted.error();
    Waiting waiting;
    for (const auto& [has_stamp, package] : *noted) {
        waiting.all += has_stamp ? 0 : 1;
        if (waiting.packages.size() >= at_most) continue;
        auto standing = standing_of(directory, package);
        if (!standing) {
            waiting.damaged.push_back(standing.error().detail);
            continue;
        }
        if (is_stamped_by(authority, standing->stamps)) continue;
        const auto since = standing->note.since;
        if (!waiting.oldest || since < *waiting.oldest) waiting.oldest = since;
        waiting.packages.push_back(std::move(standing->note));
    }
    return waiting;
}

Result<void> drop_settled_notes(const fs::path& directory, const std::vector<std::string>& authorities)
{
    const auto noted = noted_in(directory);
    if (!noted) return noted.error();
    for (const auto& [has_stamp, package] : *noted) {
        if (!has_stamp) continue;
        const auto standing = standing_of(directory, package);
        if (!standing || !is_stamped_by_all(authorities, standing->stamps)) continue; // waiting_for() tells
        const auto note = beside(directory, package, unstamped_suffix);
        if (::unlink(note.c_str()) != 0 && errno != ENOENT) return io_error("remove", note);
    }
    return {};
}

Result<std::size_t> keep_stamps(const fs::path& directory, const std::vector<NewStamp>& stamps,
                                const std::vector<std::string>& authorities)
{
    struct Kept {
        std::string package;
        bool is_complete = false;
    };
    std::vector<Kept> kept;
    for (const auto& each : stamps) {
        const auto& package = each.package.package;
        std::error_code ignored; // what cannot be looked at is not there
        if (!is_package_name(package) || !fs::is_regular_file(directory / package, ignored)) continue;
        auto file = stamps_of(directory, package, each.package.digest);
        if (!file) continue; // whatever stamps are in it stay; waiting_for() tells
        std::erase_if(file->stamps,
                      [&each](const PackageStamp& stamp) { return stamp.authority == each.stamp.authority; });
        file->stamps.push_back(each.stamp);
        auto temporary = beside(directory, package, stamp_suffix);
        temporary += ".tmp";
        const auto text = render_stamp_file(*file);
        if (file->stamps.size() > max_stamps || text.size() > max_stamp_file_bytes)
            return Error{Errc::too_large, fmt::format("{} stamps of {} would not be read again",
                                                      file->stamps.size(), package)};
        if (const auto written = write_temporary(temporary, text); !written) return written.error();
        kept.push_back({package, is_stamped_by_all(authorities, *file)});
    }
    if (const auto synced = sync_file_system(directory); !synced) return synced.error();
    for (const auto& each : kept) {
        const auto path = beside(directory, each.package, stamp_suffix);
        auto temporary = path;
        temporary += ".tmp";
        if (::rename(temporary.c_str(), path.c_str()) != 0) return io_error("rename to", path);
    }
    if (const auto synced = vault::sync_directory(directory); !synced) return synced.error();
    // Only now: a note that comes back after a power cut costs one more stamp, one that is lost costs the
    // only.
    for (const auto& each : kept)
        if (const auto note = beside(directory, each.package, unstamped_suffix);
            each.is_complete && ::unlink(note.c_str()) != 0 && errno != ENOENT)
            return io_error("remove", note);
    return kept.size();
}

} // namespace stillwatch::evidence
