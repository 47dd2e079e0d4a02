#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/id.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace stillwatch::store {

// What SQLite refused, on its way to the public function that turns it into an Error. Reads that have no
// Result let it through: a database that cannot be read is no place to go on from.
class SqliteError : public std::runtime_error {
public:
    SqliteError(Errc code, const std::string& what) : std::runtime_error(what), code_(code) {}
    Errc code() const noexcept { return code_; }

private:
    Errc code_;
};

// One run of a prepared statement. The statement goes back to its connection, unbound, when this ends; until
// then the same SQL must not be prepared again.
class Statement {
public:
    explicit Statement(sqlite3_stmt* raw) noexcept : raw_(raw) {}
    ~Statement();
    Statement(Statement&& other) noexcept : raw_(other.raw_) { other.raw_ = nullptr; }
    Statement& operator=(Statement&&) = delete;

    // Binds the parameters ?1, ?2, … in order.
    template <class... T>
    Statement& bind(const T&... values)
    {
        int index = 0;
        (bind_one(++index, values), ...);
        return *this;
    }
    bool step(); // true: there is a row
    void run();  // to the end, whatever rows come

    std::int64_t integer(int column) const noexcept;
    int small(int column) const noexcept { return static_cast<int>(integer(column)); }
    bool flag(int column) const noexcept { return integer(column) != 0; }
    double real(int column) const noexcept;
    std::string text(int column) const;
    Bytes blob(int column) const;
    bool is_null(int column) const noexcept;
    Timestamp time(int column) const noexcept
    {
        return Timestamp{std::chrono::milliseconds{integer(column)}};
    }
    // Throws SqliteError (corrupt) unless the column holds 32 bytes.
    Sha256 digest(int column) const;
    template <class IdType>
    IdType id(int column) const noexcept
    {
        return IdType{integer(column)};
    }

private:
    void bind_integer(int index, std::int64_t value);
    void bind_null(int index);
    void bind_one(int index, double value);
    void bind_one(int index, std::string_view value);
    void bind_one(int index, ByteView value);
    void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
    void bind_one(int index, const char* value) { bind_one(index, std::string_view(value)); }
    void bind_one(int index, const Bytes& value) { bind_one(index, ByteView(value)); }
    void bind_one(int index, const Sha256& value) { bind_one(index, ByteView(value.bytes)); }
    void bind_one(int index, Timestamp value) { bind_integer(index, value.time_since_epoch().count()); }
    template <class Tag>
    void bind_one(int index, Id<Tag> value)
    {
        bind_integer(index, value.value);
    }
    template <class T>
    void bind_one(int index, const std::optional<T>& value)
    {
        if (value)
            bind_one(index, *value);
        else
            bind_null(index);
    }
    template <class T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>) void bind_one(int index, T value)
    {
        bind_integer(index, static_cast<std::int64_t>(value));
    }
    [[noreturn]] void fail() const;

    sqlite3_stmt* raw_;
};

// How a database is opened.
struct ConnectionSettings {
    bool sync_every_commit = true; // synchronous=FULL, else NORMAL: the last commits may go in a power cut
    bool erase_deleted = false;    // secure_delete: deleted bytes are overwritten with zeros
    int cache_kib = 2048;          // bound of the page cache
    int checkpoint_pages = 1000;   // size of the log at which it is copied into the database
};

// One database file, owned by this process alone until the object ends: WAL, foreign keys, file mode 0600.
// Used by one thread at a time. The constructor throws SqliteError: no permission, not a database, or in use
// by another process.
class Connection {
public:
    Connection(const std::filesystem::path& file, const ConnectionSettings& settings);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // A statement for one run; compiled at its first use. `sql` must be a literal or live as long as this.
    Statement prepare(std::string_view sql);
    // Several statements without parameters or results of interest.
    void execute(const std::string& script);
    // The first column of the first row as text; empty without a row.
    std::string answer(std::string_view sql);
    std::int64_t integer(std::string_view sql);

    std::int64_t last_row_id() const noexcept;
    // Rows that the last INSERT, UPDATE or DELETE changed.
    std::int64_t changed_rows() const noexcept;
    bool in_transaction() const noexcept;
    // Copies the log into the database and empties it. Throws SqliteError.
    void checkpoint();
    const std::filesystem::path& file() const noexcept { return file_; }

private:
    friend class DatabaseCopy;
    [[noreturn]] void fail(const char* doing) const;
    void close() noexcept;

    std::filesystem::path file_;
    sqlite3* raw_ = nullptr;
    std::unordered_map<const char*, sqlite3_stmt*> statements_; // by where their text stands
};

// A transaction that is rolled back unless commit() returns.
class Transaction {
public:
    explicit Transaction(Connection& connection);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Connection& connection_;
};

// Runs `work`, which returns a Result, as one transaction: kept when it gives a value, undone when it gives
// an error or SQLite refuses, which becomes the Error.
template <class Work>
std::invoke_result_t<Work&> in_transaction(Connection& connection, Work work)
{
    try {
        Transaction transaction(connection);
        auto result = work();
        if (result) transaction.commit();
        return result;
    } catch (const SqliteError& error) {
        return Error{error.code(), error.what()};
    }
}

// "ok", or the first problems that PRAGMA integrity_check and foreign_key_check name.
std::string integrity_of(Connection& connection);

// The enumerator that name_of() writes as `name`. Throws SqliteError (corrupt) when there is none: the
// database holds only names that this program wrote.
template <class Enum>
Enum stored_enum(std::string_view name)
{
    for (int i = 0; name_of(static_cast<Enum>(i)) != "unknown"; ++i)
        if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
    throw SqliteError(Errc::corrupt, "a stored name is not one of ours");
}

} // namespace stillwatch::store
