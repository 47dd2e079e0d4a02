#include "store/sqlite/sqlite_handle.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace stillwatch::store {

namespace {

[[noreturn]] void raise(sqlite3* database, const std::string& doing)
{
    const int code = sqlite3_errcode(database);
    const std::string what = fmt::format("{}: {}", doing, sqlite3_errmsg(database));
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: throw SqliteError(Errc::corrupt, what);
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG: throw SqliteError(Errc::invalid_argument, what);
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOLFS:
    case SQLITE_NOMEM: throw SqliteError(Errc::io, what);
    default: throw std::logic_error(what);
    }
}

// The file is made before SQLite opens it, so that nobody else can read it for a moment, and its log takes
// over the mode. An existing file is not opened here: closing it would drop the locks that SQLite holds on
// it.
void make_private(const std::filesystem::path& file)
{
    const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made >= 0) {
        (void)::close(made); // nothing was written
        const int directory = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (directory < 0) return;
        (void)::fsync(directory); // some file systems refuse; the file is then found missing and made again
        (void)::close(directory);
        return;
    }
    if (errno != EEXIST || ::chmod(file.c_str(), 0600) != 0)
        throw SqliteError(Errc::io,
                          fmt::format("{}: {}", file.string(), std::generic_category().message(errno)));
}

// SQLite counts what it allocates, under a lock of its own, and nobody asks. Before its first use, or not at
// all.
void count_no_memory() noexcept
{
    static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)done; // misuse where something else in the program came first: slower, no worse
}

} // namespace

Statement::~Statement()
{
    if (raw_ == nullptr) return;
    (void)sqlite3_reset(raw_); // repeats the error that step() has thrown already
    (void)sqlite3_clear_bindings(raw_);
}

void Statement::fail() const
{
    raise(sqlite3_db_handle(raw_), "database");
}

bool Statement::step()
{
    const int code = sqlite3_step(raw_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail();
}

void Statement::run()
{
    while (step()) {
    }
}

void Statement::bind_integer(int index, std::int64_t value)
{
    if (sqlite3_bind_int64(raw_, index, value) != SQLITE_OK) fail();
}

void Statement::bind_null(int index)
{
    if (sqlite3_bind_null(raw_, index) != SQLITE_OK) fail();
}

void Statement::bind_one(int index, double value)
{
    if (sqlite3_bind_double(raw_, index, value) != SQLITE_OK) fail();
}

void Statement::bind_one(int index, std::string_view value)
{
    const char* begin = value.data() == nullptr ? "" : value.data(); // a null pointer would mean NULL
    if (sqlite3_bind_text64(raw_, index, begin, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
        fail();
}

void Statement::bind_one(int index, ByteView value)
{
    const int code = value.empty()
                         ? sqlite3_bind_zeroblob(raw_, index, 0)
                         : sqlite3_bind_blob64(raw_, index, value.data(), value.size(), SQLITE_TRANSIENT);
    if (code != SQLITE_OK) fail();
}

std::int64_t Statement::integer(int column) const noexcept
{
    return sqlite3_column_int64(raw_, column);
}

double Statement::real(int column) const noexcept
{
    return sqlite3_column_double(raw_, column);
}

std::string Statement::text(int column) const
{
    const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(raw_, column));
    if (begin == nullptr) return {};
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(raw_, column))};
}

Bytes Statement::blob(int column) const
{
    const auto* begin = static_cast<const std::byte*>(sqlite3_column_blob(raw_, column));
    if (begin == nullptr) return {};
    return {begin, begin + sqlite3_column_bytes(raw_, column)};
}

bool Statement::is_null(int column) const noexcept
{
    return sqlite3_column_type(raw_, column) == SQLITE_NULL;
}

Sha256 Statement::digest(int column) const
{
    Sha256 digest;
    const Bytes bytes = blob(column);
    if (bytes.size() != digest.bytes.size())
        throw SqliteError(Errc::corrupt, "a stored digest has no 32 bytes");
    std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
    return digest;
}

Connection::Connection(const std::filesystem::path& file, const ConnectionSettings& settings)
    : file_(std::filesystem::absolute(file))
{
    count_no_memory();
    make_private(file_);
    try {
        if (sqlite3_open_v2(file_.c_str(), &raw_,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                            nullptr) != SQLITE_OK)
            fail("cannot open");
        (void)sqlite3_extended_result_codes(raw_, 1);
        (void)sqlite3_db_config(raw_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        (void)sqlite3_db_config(raw_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        // Exclusive before the first access: the index of the log then lives in memory, and a second process
        // is refused for as long as this connection is open.
        execute("PRAGMA locking_mode=EXCLUSIVE;");
        execute(fmt::format("PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA foreign_keys=ON;"
                            "PRAGMA secure_delete={}; PRAGMA cache_size=-{};",
                            settings.erase_deleted ? "ON" : "OFF", settings.cache_kib));
        // EXTRA syncs the directory once the last rollback journal is deleted. Without that a power cut can
        // bring the journal back, which would undo the change to WAL and with it every commit in the log.
        execute("PRAGMA synchronous=EXTRA;");
        if (answer("PRAGMA journal_mode=WAL") != "wal")
            throw SqliteError(Errc::io, file_.string() + ": write-ahead log is not possible here");
        execute(
            fmt::format("PRAGMA synchronous={}; PRAGMA wal_autocheckpoint={}; PRAGMA journal_size_limit={};"
                        "BEGIN IMMEDIATE; COMMIT;",
                        settings.sync_every_commit ? "FULL" : "NORMAL", settings.checkpoint_pages,
                        std::int64_t{settings.checkpoint_pages} * 4096));
    } catch (...) {
        close();
        throw;
    }
}

Connection::~Connection()
{
    close();
}

void Connection::close() noexcept
{
    for (const auto& [sql, statement] : statements_)
        (void)sqlite3_finalize(statement);
    statements_.clear();
    (void)sqlite3_close(raw_);
    raw_ = nullptr;
}

void Connection::fail(const char* doing) const
{
    const bool in_use = (sqlite3_errcode(raw_) & 0xff) == SQLITE_BUSY;
    raise(raw_, in_use ? fmt::format("{} is in use by another process", file_.string())
                       : fmt::format("{} {}", doing, file_.string()));
}

Statement Connection::prepare(std::string_view sql)
{
    const auto known = statements_.find(sql.data());
    if (known != statements_.end()) {
        if (sqlite3_stmt_busy(known->second) != 0 || sqlite3_sql(known->second) != sql)
            throw std::logic_error("statement in use, or its text did not live as long: " + std::string(sql));
        return Statement(known->second);
    }
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(raw_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &made,
                           nullptr) != SQLITE_OK)
        fail("cannot use");
    statements_.emplace(sql.data(), made);
    return Statement(made);
}

void Connection::execute(const std::string& script)
{
    if (sqlite3_exec(raw_, script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail("cannot use");
}

std::string Connection::answer(std::string_view sql)
{
    auto statement = prepare(sql);
    try {
        return statement.step() ? statement.text(0) : std::string();
    } catch (const SqliteError&) {
        fail("cannot use"); // says which file
    }
}

std::int64_t Connection::integer(std::string_view sql)
{
    auto statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Connection::last_row_id() const noexcept
{
    return sqlite3_last_insert_rowid(raw_);
}

std::int64_t Connection::changed_rows() const noexcept
{
    return sqlite3_changes64(raw_);
}

bool Connection::in_transaction() const noexcept
{
    return sqlite3_get_autocommit(raw_) == 0;
}

void Connection::checkpoint()
{
    if (sqlite3_wal_checkpoint_v2(raw_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) != SQLITE_OK)
        fail("cannot checkpoint");
}

Transaction::Transaction(Connection& connection) : connection_(connection)
{
    connection_.prepare("BEGIN IMMEDIATE").run();
}

Transaction::~Transaction()
{
    if (!connection_.in_transaction()) return; // committed, or SQLite has rolled back by itself
    try {
        connection_.prepare("ROLLBACK").run();
    } catch (const std::exception&) {
        // A failed rollback leaves the journal hot: SQLite undoes the transaction at the next access.
    }
}

void Transaction::commit()
{
    connection_.prepare("COMMIT").run();
}

std::string integrity_of(Connection& connection)
{
    std::string problems;
    auto check = connection.prepare("PRAGMA integrity_check(10)");
    while (check.step())
        problems += (problems.empty() ? "" : "; ") + check.text(0);
    if (problems != "ok") return problems;
    auto keys = connection.prepare("PRAGMA foreign_key_check");
    if (keys.step())
        return fmt::format("table {} row {} names a missing row of {}", keys.text(0), keys.integer(1),
                           keys.text(2));
    return problems;
}

} // namespace stillwatch::store
