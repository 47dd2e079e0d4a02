#pragma once

#include "core/async.hpp"
#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/url.hpp"

#include <chrono>
#include <compare>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch {

class ByteShare;

// Bounds of one transfer. Every one ends the transfer; sizes count bytes on the wire, before content
// decoding.
struct FetchLimits {
    std::size_t max_body_bytes = 32U << 20U;
    std::size_t max_header_bytes = 128U << 10U;
    std::size_t max_header_lines = 256;
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds first_byte{20'000};
    std::chrono::milliseconds total{120'000};
    std::size_t low_speed_bytes_per_second = 1024; // slower than this for low_speed_time: cut
    std::chrono::seconds low_speed_time{15};

    friend bool operator==(const FetchLimits&, const FetchLimits&) = default;
};

// One header line of a message, as it was sent.
struct HeaderField {
    std::string name;
    std::string value;

    friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

// What comes of a certificate that proves nothing: no answer, or one that says why.
enum class TlsErrors : std::uint8_t { refuse, record };

// The way requests take; each way has connections of its own.
struct Route {
    std::string proxy{}; // "socks5h://127.0.0.1:9050", where names are resolved too; empty: straight
    TlsErrors tls_errors = TlsErrors::refuse;
    bool proxy_resolves_names = false; // false: it is asked for onion services only

    friend auto operator<=>(const Route&, const Route&) = default;
};

// What a large body does where the budget of bodies in flight is spent: waits in line, its transfer paused,
// or goes on. Who holds bytes already goes on, or those who hold would wait for each other.
enum class WhenFull : std::uint8_t { wait, go_on };

// One request. It is sent to `url` only: redirects are answers like any other.
struct FetchRequest {
    Url url;
    std::string method = "GET";
    std::vector<HeaderField> headers{}; // beside Host, User-Agent, Accept, Accept-Encoding
    std::vector<std::string>
        secrets{};      // names of those whose values are nobody else's business, beside Cookie and the like
    std::string body{}; // for POST
    FetchLimits limits{};
    Route route{};
    WhenFull when_full = WhenFull::wait;
};

// Who answered, recorded for every transfer, also on a reused connection.
struct PeerInfo {
    std::string address{}; // "192.0.2.1" or "2001:db8::1"; empty behind a proxy
    std::uint16_t port = 0;
    std::string http_version{}; // "http/1.1", "h2"
    std::string tls_version{};  // "tls/1.3"; empty without TLS
    std::string cipher{};       // IANA name, "TLS_AES_128_GCM_SHA256"; empty without TLS
    // PEM, the server's own certificate first. Shared: one chain serves all transfers of a connection.
    std::shared_ptr<const std::string> certificate_chain{};
    std::string tls_problem{}; // why the certificate proves nothing, where that was let pass; empty otherwise
    std::string proxy{};       // through which it was reached
};

// Why a body ends before its end.
enum class Cut : std::uint8_t { none, size, time, disconnect };
std::string_view name_of(Cut cut) noexcept;

// What was asked and what came back, enough to testify what was served. The body is as it came: neither
// content decoding nor de-chunking was done (`body` of a chunked HTTP/1.1 answer holds the chunk lines;
// use payload()).
struct Fetched {
    Url url;
    std::vector<std::string> secrets{}; // of the request
    std::string request_head{};         // request line and header lines as sent, CRLF, with the empty line
    // Status line and header lines as received, byte for byte: line ends may be bare LF, lines folded, the
    // last one anything that begins with CR or LF. HTTP/2 heads as libcurl writes them.
    std::string response_head{};
    int status = 0;                     // as that status line says
    std::vector<int> interim{};         // statuses of the heads before it (1xx), which are not kept
    std::vector<HeaderField> headers{}; // of the response
    Bytes body{};
    Cut cut = Cut::none;
    PeerInfo peer{};
    Timestamp started{};
    Timestamp finished{};
    std::chrono::milliseconds first_byte{0}; // after the start
    // Of the budget of bodies; given back with the last copy of the answer, which must go on the loop's
    // thread.
    std::shared_ptr<ByteShare> share{};

    // The first header of that name (case-insensitive, blanks behind the name let pass) without surrounding
    // blanks; empty when absent.
    std::string_view header(std::string_view name) const noexcept;
    // The values of all headers of that name, joined by ", " as one list (RFC 9110 section 5.3); empty when
    // absent.
    std::string joined(std::string_view name) const;
    // What payload() is still encoded with: the content encodings, then transfer codings other than chunked,
    // in the order in which they were applied.
    std::string encodings() const;
    // The body without chunk framing, still encoded; where the framing breaks, what came before. Errors:
    // malformed, where it is no chunk from its first byte: then `body` itself is all there is.
    Result<Bytes> payload() const;
    // Whether payload() is more than a copy of `body`: chunked is among the transfer codings of an HTTP/1
    // answer, in any header, case or place, as libcurl and browsers take it.
    bool is_chunked() const noexcept;
};

// Sends one request. Errors: refused (the guard), unreachable, timed_out (nothing usable came), too_large
// (headers), malformed (not HTTP), cancelled. A body over its limit or cut short is not an error: see Cut.
class Fetcher {
public:
    virtual ~Fetcher() = default;
    virtual Task<Result<Fetched>> fetch(FetchRequest request) = 0;
};

} // namespace stillwatch
