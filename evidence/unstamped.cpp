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
#include <fstream>
#include <set>

namespace stillwatch::evidence {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_stamp_file = 1U << 20U;

Error io_error(std::string_view what, const fs::path& path)
{
    return Error{Errc::io, fmt::format("{} {}: {}", what, path.string(), std::strerror(errno))};
}

fs::path beside(const fs::path& directory, const std::string& package, std::string_view suffix)
{
    return directory / (package + std::string(suffix));
}

std::optional<std::string> text_of(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text(max_stamp_file, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || file.gcount() <= 0 || !file.eof()) return std::nullopt;
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

std::string render(const Unstamped& package)
{
    return fmt::format("{} {}\n", package.digest.hex(), format_utc(package.since));
}

std::optional<Unstamped> read_note(const fs::path& directory, const std::string& package)
{
    const auto text = text_of(beside(directory, package, unstamped_suffix));
    if (!text || text->size() < 66) return std::nullopt;
    const auto digest = Sha256::from_hex(std::string_view(*text).substr(0, 64));
    const auto since = parse_utc(std::string_view(*text).substr(65, text->size() - 66));
    if (!digest || !since) return std::nullopt;
    Unstamped read{package, *digest, *since};
    if (render(read) != *text) return std::nullopt;
    return read;
}

StampFile stamps_of(const fs::path& directory, const std::string& package)
{
    const auto text = text_of(beside(directory, package, stamp_suffix));
    auto file = text ? read_stamp_file(*text) : Error{Errc::io, "none"};
    return file ? *std::move(file) : StampFile{};
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
    return file->commit();
}

Result<Waiting> waiting_for(std::string_view authority, const fs::path& directory, std::size_t at_most)
{
    const auto noted = noted_in(directory);
    if (!noted) return noted.error();
    Waiting waiting;
    for (const auto& [has_stamp, package] : *noted) {
        waiting.all += has_stamp ? 0 : 1;
        if (waiting.packages.size() >= at_most) continue;
        if (has_stamp && is_stamped_by(authority, stamps_of(directory, package))) continue;
        auto note = read_note(directory, package);
        if (!note) {
            ++waiting.damaged;
            continue;
        }
        if (!waiting.oldest || note->since < *waiting.oldest) waiting.oldest = note->since;
        waiting.packages.push_back(*std::move(note));
    }
    return waiting;
}

Result<void> drop_settled_notes(const fs::path& directory, const std::vector<std::string>& authorities)
{
    const auto noted = noted_in(directory);
    if (!noted) return noted.error();
    for (const auto& [has_stamp, package] : *noted) {
        if (!has_stamp || !is_stamped_by_all(authorities, stamps_of(directory, package))) continue;
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
        auto file = stamps_of(directory, package);
        if (file.digest != each.package.digest) file = {each.package.digest, {}};
        std::erase_if(file.stamps,
                      [&each](const PackageStamp& stamp) { return stamp.authority == each.stamp.authority; });
        file.stamps.push_back(each.stamp);
        auto temporary = beside(directory, package, stamp_suffix);
        temporary += ".tmp";
        if (const auto written = write_temporary(temporary, render_stamp_file(file)); !written)
            return written.error();
        kept.push_back({package, is_stamped_by_all(authorities, file)});
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
