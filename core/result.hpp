#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace stillwatch {

// What went wrong, as something a caller can act on. The detail says what was tried and on what.
enum class Errc {
    invalid_argument, // the caller's value is not acceptable; nothing was tried
    not_found,        // the thing named does not exist
    exists,           // it exists already
    refused,          // our own rules forbid it: guard, scope, consent, robots, role
    unreachable,      // name, connection or TLS failed; later may be better
    timed_out,        // a time limit passed
    too_large,        // a size limit passed
    malformed,        // the other side's bytes break their format
    undecodable,      // a picture or document that no worker could read
    corrupt,          // our own stored data is damaged or not authentic
    io,               // the operating system refused: disk full, permission
    cancelled,        // we are stopping
};

std::string_view name_of(Errc code) noexcept;

// `detail` is one line for the operator, safe to log: never page content, never a secret.
struct Error {
    Errc code;
    std::string detail;

    friend bool operator==(const Error&, const Error&) = default;
};

// "timed_out: connect to img.example:443"
std::string to_string(const Error& error);

// Makes value() on an error throw std::runtime_error; for tests and proven cases only.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

// A T, or why there is none. Test first, then use `*result`.
template <class T = void>
using Result = boost::system::result<T, Error>;

} // namespace stillwatch
