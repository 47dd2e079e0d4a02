#include "store/sqlite/frontier_file.hpp"

#include "store/sqlite/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

// Opening, transactions, erasing, and what is known of the whole.
namespace stillwatch::store {

namespace {

constexpr ConnectionSettings frontier_settings{
    .sync_every_commit = false, .erase_deleted = false, .cache_kib = 64 * 1024, .checkpoint_pages = 16'384};

Key128 installation_key(Connection& connection)
{
    Key128 key = random_key();
    connection.prepare("INSERT INTO meta (name, value) VALUES ('hash_key', ?1) ON CONFLICT DO NOTHING")
        .bind(ByteView(key))
        .run();
    auto row = connection.prepare("SELECT value FROM meta WHERE name = 'hash_key'");
    if (!row.step()) throw SqliteError(Errc::corrupt, "the frontier has no key");
    const Bytes stored = row.blob(0);
    if (stored.size() != key.size()) throw SqliteError(Errc::corrupt, "the frontier's key is damaged");
    std::copy(stored.begin(), stored.end(), key.begin());
    return key;
}

std::int64_t number_in(std::string_view& text)
{
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc()) throw SqliteError(Errc::corrupt, "the frontier's notes are damaged");
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    text.remove_prefix(std::min<std::size_t>(text.size(), 1));
    return number;
}

} // namespace

FrontierFile::FrontierFile(const std::filesystem::path& file) : connection_(file, frontier_settings)
{
    migrate(connection_, frontier_schema);
    hash_key_ = installation_key(connection_);
    if (meta("erasing")) overwrite();
}

std::unique_ptr<FrontierTables> frontier_in_file(const std::filesystem::path& file)
{
    return std::make_unique<FrontierFile>(file);
}

Result<void> FrontierFile::change(const std::function<Result<void>()>& work)
{
    return in_transaction(connection_, work);
}

void FrontierFile::owe_erasure()
{
    set_meta("erasing", as_bytes("1"));
}

Result<void> FrontierFile::erase()
{
    try {
        overwrite();
    } catch (const SqliteError& error) {
        return Error{
            error.code(),
            fmt::format("erased bytes may still stand in the file of addresses until the next start: {}",
                        error.what())};
    }
    return {};
}

void FrontierFile::overwrite()
{
    // As in the database of cases: rows that moved left copies in the free space of other pages. The last
    // change is synced with the emptied log only here, since this database syncs at checkpoints alone.
    connection_.execute("VACUUM");
    connection_.checkpoint();
    connection_.execute("DELETE FROM meta WHERE name = 'erasing'");
    connection_.checkpoint();
}

std::string FrontierFile::integrity()
{
    return integrity_of(connection_);
}

std::int64_t FrontierFile::newest_generation()
{
    return connection_.integer("SELECT max((SELECT coalesce(max(generation), 0) FROM verdict), "
                               "(SELECT coalesce(max(generation), 0) FROM url))");
}

Result<DatabaseCopy> FrontierFile::begin_copy(const std::filesystem::path& file)
{
    return DatabaseCopy::begin(connection_, file);
}

std::optional<Bytes> FrontierFile::meta(std::string_view name)
{
    auto row = connection_.prepare("SELECT value FROM meta WHERE name = ?1");
    if (!row.bind(name).step()) return std::nullopt;
    return row.blob(0);
}

void FrontierFile::set_meta(std::string_view name, ByteView value)
{
    connection_
        .prepare(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")
        .bind(name, value)
        .run();
}

std::optional<ComparedUnder> FrontierFile::compared_under()
{
    const auto stored = meta("compared_under");
    if (!stored) return std::nullopt;
    auto text = as_text(*stored);
    ComparedUnder under;
    under.generation = number_in(text);
    under.state = number_in(text);
    return under;
}

void FrontierFile::put_compared_under(const ComparedUnder& under)
{
    const auto text = fmt::format("{} {}", under.generation, under.state);
    set_meta("compared_under", as_bytes(text));
}

std::optional<int> FrontierFile::reader_version()
{
    const auto stored = meta("reader_version");
    if (!stored) return std::nullopt;
    auto text = as_text(*stored);
    return static_cast<int>(number_in(text));
}

void FrontierFile::put_reader_version(int version)
{
    const auto text = std::to_string(version);
    set_meta("reader_version", as_bytes(text));
}

} // namespace stillwatch::store
