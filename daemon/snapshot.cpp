#include "daemon/snapshot.hpp"

#include "store/sqlite/database_copy.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace stillwatch::daemon {

using crawler::UrlFrontier;
using store::CaseDatabase;

namespace {

namespace fs = std::filesystem;

// A step of so many pages (1 MB) takes about a millisecond.
constexpr int pages_a_step = 256;
// What else writes to the storage must not run out of room because of a backup.
constexpr std::uintmax_t spare_bytes = std::uintmax_t{256} << 20U;

Error io_error(const fs::path& path, const std::error_code& error)
{
    return {Errc::io, fmt::format("snapshot: {}: {}", path.string(), error.message())};
}

Result<void> make_folder(const fs::path& folder, std::uintmax_t needed)
{
    std::error_code error;
    fs::remove_all(folder, error); // of a backup that was broken off
    if (error) return io_error(folder, error);
    const auto space = fs::space(folder.parent_path(), error);
    if (error) return io_error(folder.parent_path(), error);
    if (space.available < needed + spare_bytes)
        return Error{Errc::io,
                     fmt::format("snapshot: {} has {} MB left, and a backup needs {} MB there for a while",
                                 folder.parent_path().string(), space.available >> 20U,
                                 (needed + spare_bytes) >> 20U)};
    if (::mkdir(folder.c_str(), S_IRWXU) != 0) return io_error(folder, {errno, std::generic_category()});
    return {};
}

std::uintmax_t size_of(const fs::path& file)
{
    std::error_code error;
    const auto size = fs::file_size(file, error);
    return error ? 0 : size;
}

} // namespace

Task<Result<void>> Snapshots::copy(Database which)
{
    // The copy is made, moved on and given up on the store's thread, with the connection it reads.
    const auto copy = std::make_shared<std::optional<store::DatabaseCopy>>();
    auto begin = [copy, which, folder = folder_](CaseDatabase& cases, UrlFrontier& frontier) -> Result<void> {
        auto begun = which == Database::cases ? cases.begin_copy(folder / "cases.db")
                                              : frontier.begin_copy(folder / "frontier.db");
        if (!begun) return begun.error();
        copy->emplace(*std::move(begun));
        return {};
    };
    auto begun = co_await stores_.run(std::move(begin));
    if (!begun) co_return begun.error();
    Result<bool> is_whole = false;
    while (is_whole && !*is_whole && !is_stopping_) {
        auto step = [copy](CaseDatabase&, UrlFrontier&) { return (*copy)->step(pages_a_step); };
        is_whole = co_await stores_.run(std::move(step));
    }
    auto end = [copy](CaseDatabase&, UrlFrontier&) {
        copy->reset();
        return true;
    };
    (void)co_await stores_.run(std::move(end));
    if (!is_whole) co_return is_whole.error();
    if (!*is_whole) co_return Error{Errc::cancelled, "the daemon is stopping; no backup was made"};
    co_return Result<void>{};
}

void Snapshots::discard()
{
    if (is_running_) return; // what is erased from the database is erased from a copy under way, too
    std::error_code ignored; // tried again at the next start
    fs::remove_all(folder_, ignored);
}

Task<Result<json::value>> Snapshots::take(bool with_frontier, store::Actor actor)
{
    if (is_running_) co_return Error{Errc::refused, "another backup is being made"};
    if (is_stopping_) co_return Error{Errc::cancelled, "the daemon is stopping"};
    is_running_ = true;
    auto prepare = [this, with_frontier, actor](CaseDatabase& cases, UrlFrontier&) -> Result<void> {
        const auto storage = folder_.parent_path();
        const auto needed =
            size_of(storage / "cases.db") + (with_frontier ? size_of(storage / "frontier.db") : 0);
        const auto made = make_folder(folder_, needed);
        if (!made) return made;
        return cases.append_audit(actor, "store.backup", with_frontier ? "with frontier" : "");
    };
    auto done = co_await stores_.run(std::move(prepare));
    if (done) done = co_await copy(Database::cases);
    if (done && with_frontier) done = co_await copy(Database::frontier);
    is_running_ = false;
    if (!done) {
        std::error_code ignored; // the next one removes what is left
        fs::remove_all(folder_, ignored);
        co_return done.error();
    }
    json::object told;
    told["folder"] = folder_.string();
    co_return json::value(std::move(told));
}

} // namespace stillwatch::daemon
