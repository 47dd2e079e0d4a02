#include "net/http_transfer.hpp"

#include "core/ascii.hpp"
#include "net/curl_error.hpp"
#include "net/name_guard.hpp"
#include "net/peer_address.hpp"
#include "net/tls_info.hpp"

#include <fmt/format.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <string_view>

namespace stillwatch::net {

using std::chrono::steady_clock;

namespace {

constexpr std::string_view accept_encoding = "Accept-Encoding: gzip, deflate, br, zstd";

// libcurl 7.88 itself gives up at 300 KiB of headers and 100 KiB a line with unclear codes; this keeps our
// own limit in front.
constexpr std::size_t most_header_bytes = 200U << 10U;

// The larger part of pictures fits in one read.
constexpr long receive_buffer_bytes = 64L << 10;
constexpr std::size_t most_reserved_bytes = 1U << 20U;

// While a transfer is paused no limit passes; somebody wakes it.
constexpr std::chrono::hours no_deadline{1};

bool is_token(std::string_view text) noexcept // RFC 9110 section 5.6.2
{
    static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) noexcept
{
    return std::ranges::none_of(text,
                                [](char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7f'; });
}

bool is_repeatable(std::string_view method) noexcept
{
    return method == "GET" || method == "HEAD";
}

// What libcurl calls HTTP/2 is the number in the status line, which a server of HTTP/1 may write, too.
std::string_view version_name(long version, bool is_http2) noexcept
{
    if (is_http2) return "h2";
    return version == CURL_HTTP_VERSION_1_0 ? "http/1.0" : "http/1.1";
}

} // namespace

HttpTransfer::Run::Run(FetchRequest asked)
    : request(std::move(asked)),
      head(std::min(request.limits.max_header_bytes, most_header_bytes), request.limits.max_header_lines),
      fetched{.url = request.url, .secrets = request.secrets}, start(steady_clock::now())
{
    fetched.started = SystemClock().now();
}

HttpTransfer::HttpTransfer(asio::io_context& io, CurlLoop& loop, const HttpSettings& settings,
                           const TlsTrust& trust, std::shared_ptr<ByteBudget> budget)
    : loop_(loop), settings_(settings), budget_(std::move(budget)), transfer_(io)
{
    common_headers_.add(std::string(accept_encoding));
    set_common_options(settings, trust);
}

void HttpTransfer::set_common_options(const HttpSettings& settings, const TlsTrust& trust)
{
    auto* easy = transfer_.easy();
    const auto self = static_cast<void*>(this);
    set_option(easy, CURLOPT_NOSIGNAL, 1L);
    set_option(easy, CURLOPT_QUICK_EXIT, 1L); // ending a transfer never waits for its name to resolve
    set_option(easy, CURLOPT_ERRORBUFFER, message_.data());

    set_option(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set_option(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set_option(easy, CURLOPT_PATH_AS_IS, 1L);
    set_option(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    // Never a proxy of the environment, which would also pass the guard by.
    set_option(easy, CURLOPT_PROXY, settings.route.proxy.c_str());
    set_option(easy, CURLOPT_NOPROXY, settings.route.proxy.empty() ? "*" : "");
    set_option(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); // the head of a proxy is no part of the answer
    set_option(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    set_option(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set_option(easy, CURLOPT_USERAGENT, settings.user_agent.c_str());

    set_option(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    set_option(easy, CURLOPT_HTTP_TRANSFER_DECODING, 0L);
    set_option(easy, CURLOPT_BUFFERSIZE, receive_buffer_bytes);
    set_option(easy, CURLOPT_HEADERFUNCTION, &HttpTransfer::on_header);
    set_option(easy, CURLOPT_HEADERDATA, self);
    set_option(easy, CURLOPT_WRITEFUNCTION, &HttpTransfer::on_body);
    set_option(easy, CURLOPT_WRITEDATA, self);
    set_option(easy, CURLOPT_VERBOSE, 1L); // the only way to see the request as it is sent
    set_option(easy, CURLOPT_DEBUGFUNCTION, &HttpTransfer::on_debug);
    set_option(easy, CURLOPT_DEBUGDATA, self);
    set_option(easy, CURLOPT_OPENSOCKETFUNCTION, &HttpTransfer::on_open_socket);
    set_option(easy, CURLOPT_OPENSOCKETDATA, self);
    // Of the loop, since a connection outlives the transfer that opened it.
    set_option(easy, CURLOPT_CLOSESOCKETFUNCTION, &HttpTransfer::on_close_socket);
    set_option(easy, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&loop_));

    const bool insists = settings.route.tls_errors == TlsErrors::refuse;
    set_option(easy, CURLOPT_SSL_VERIFYPEER, insists ? 1L : 0L);
    set_option(easy, CURLOPT_SSL_VERIFYHOST, insists ? 2L : 0L);
    set_option(easy, CURLOPT_CAINFO, static_cast<const char*>(nullptr));
    set_option(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    set_option(easy, CURLOPT_SSL_CTX_FUNCTION, &HttpTransfer::on_tls_context);
    set_option(easy, CURLOPT_SSL_CTX_DATA, static_cast<const void*>(&trust));
}

Result<void> HttpTransfer::prepare(FetchRequest request)
{
    run_.emplace(std::move(request));
    if (budget_) run_->fetched.share = budget_->share(std::string(run_->request.url.host_port()));
    message_[0] = '\0';
    const auto& route = settings_.route;
    if (!route.proxy.empty() &&
        !may_ask_proxy(run_->request.url.host(), settings_.guard, route.proxy_resolves_names))
        return Error{Errc::refused,
                     tried() + (route.proxy_resolves_names
                                    ? ": not a public name, and a proxy is in between"
                                    : ": no onion service; through this proxy nothing else is asked for")};
    auto* easy = transfer_.easy();
    set_option(easy, CURLOPT_URL, run_->request.url.text().c_str());
    // libcurl repeats whatever was sent on a kept connection that had gone; only these two may be repeated.
    set_option(easy, CURLOPT_FRESH_CONNECT, is_repeatable(run_->request.method) ? 0L : 1L);
    set_option(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(run_->request.limits.connect.count()));
    if (const auto method = set_method(); !method) return method.error();
    return set_headers();
}

Result<void> HttpTransfer::set_method()
{
    auto* easy = transfer_.easy();
    const auto& request = run_->request;
    if (!is_token(request.method)) return Error{Errc::invalid_argument, tried() + ": the method is no token"};
    set_option(easy, CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
    if (!request.body.empty() || request.method == "POST") {
        set_option(easy, CURLOPT_POST, 1L);
        set_option(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set_option(easy, CURLOPT_POSTFIELDS, request.body.c_str());
        if (request.method != "POST") set_option(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        return {};
    }
    set_option(easy, CURLOPT_HTTPGET, 1L);
    if (request.method == "HEAD")
        set_option(easy, CURLOPT_NOBODY, 1L);
    else if (request.method != "GET")
        set_option(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    return {};
}

Result<void> HttpTransfer::set_headers()
{
    auto& run = *run_;
    const bool sends_body = !run.request.body.empty() || run.request.method == "POST";
    if (run.request.headers.empty() && !sends_body) {
        set_option(transfer_.easy(), CURLOPT_HTTPHEADER, common_headers_.get());
        return {};
    }
    bool has_encoding = false;
    bool has_type = false;
    for (const auto& [name, value] : run.request.headers) {
        if (!is_token(name) || !is_field_value(value))
            return Error{Errc::invalid_argument,
                         fmt::format("{}: header \"{}\" cannot be sent", tried(), name)};
        has_encoding = has_encoding || same_name(name, "accept-encoding");
        has_type = has_type || same_name(name, "content-type");
        // libcurl takes "Name:" as "leave it out" and "Name;" as "send it empty".
        run.headers.add(value.empty() ? name + ";" : name + ": " + value);
    }
    if (!has_encoding) run.headers.add(std::string(accept_encoding));
    if (sends_body) {
        run.headers.add("Expect:");
        if (!has_type) run.headers.add("Content-Type:"); // libcurl would call it a web form
    }
    set_option(transfer_.easy(), CURLOPT_HTTPHEADER, run.headers.get());
    return {};
}

bool HttpTransfer::prepare_retry()
{
    auto& run = *run_;
    const auto code = transfer_.code();
    const bool line_broke = code == CURLE_HTTP2 || code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
                            code == CURLE_SEND_ERROR || code == CURLE_HTTP2_STREAM;
    long new_connections = 0;
    curl_easy_getinfo(transfer_.easy(), CURLINFO_NUM_CONNECTS, &new_connections);
    if (!line_broke || !is_repeatable(run.request.method) || run.has_first_byte || run.has_retried ||
        new_connections > 0)
        return false;
    run.has_retried = true;
    run.fetched.request_head.clear();
    message_[0] = '\0';
    set_option(transfer_.easy(), CURLOPT_FRESH_CONNECT, 1L);
    return true;
}

HttpTransfer::TimePoint HttpTransfer::next_deadline() const noexcept
{
    if (run_->paused_since) return *run_->paused_since + no_deadline;
    const auto& limits = run_->request.limits;
    const auto total = run_->start + limits.total;
    if (!run_->has_first_byte) return std::min(total, run_->start + limits.first_byte);
    const bool measures_speed = limits.low_speed_bytes_per_second > 0 && limits.low_speed_time.count() > 0;
    return measures_speed ? std::min(total, run_->window_end) : total;
}

bool HttpTransfer::is_in_time(TimePoint now) noexcept
{
    auto& run = *run_;
    const auto& limits = run.request.limits;
    if (run.paused_since || now < next_deadline()) return true;
    if (now >= run.start + limits.total || !run.has_first_byte) return false;
    const auto least =
        limits.low_speed_bytes_per_second * static_cast<std::size_t>(limits.low_speed_time.count());
    if (run.window_bytes < least) return false;
    run.window_bytes = 0;
    run.window_end = now + limits.low_speed_time;
    return true;
}

Result<Fetched> HttpTransfer::take_result()
{
    auto& run = *run_;
    auto& fetched = run.fetched;
    const bool has_ended = transfer_.state() == Transfer::State::finished;
    const auto code = has_ended ? transfer_.code() : CURLE_OPERATION_TIMEDOUT;
    if (run.head.error()) return Error{run.head.error()->code, tried() + ": " + run.head.error()->detail};
    if (!run.head.is_complete()) return failure(code);
    if (code == CURLE_OPERATION_TIMEDOUT)
        fetched.cut = Cut::time;
    else if (code != CURLE_OK && fetched.cut == Cut::none)
        fetched.cut = Cut::disconnect;

    auto* easy = transfer_.easy();
    const char* address = nullptr;
    long port = 0;
    long version = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    fetched.peer.proxy = settings_.route.proxy;
    // Behind a proxy these would be the proxy's.
    const bool straight = settings_.route.proxy.empty();
    fetched.peer.address = address && straight ? address : "";
    fetched.peer.port = straight ? static_cast<std::uint16_t>(port) : run.request.url.port();
    fetched.peer.http_version = version_name(version, run.is_http2);
    fetched.status = run.head.status();
    fetched.response_head = std::move(run.head.text());
    fetched.headers = std::move(run.head.fields());
    fetched.interim = std::move(run.head.interim());
    fetched.finished = SystemClock().now();
    if (fetched.share)
        fetched.share->shrink_to(fetched.is_chunked() ? 2 * fetched.body.size() : fetched.body.size());
    return std::move(fetched);
}

void HttpTransfer::clear()
{
    // The handle must not point at what the run owned.
    set_option(transfer_.easy(), CURLOPT_HTTPHEADER, common_headers_.get());
    set_option(transfer_.easy(), CURLOPT_HTTPGET, 1L);
    set_option(transfer_.easy(), CURLOPT_POSTFIELDS, static_cast<const char*>(nullptr));
    run_.reset();
}

std::string HttpTransfer::tried() const
{
    return fmt::format("{} {}://{}", run_->request.method, run_->request.url.scheme(),
                       run_->request.url.host_port());
}

Error HttpTransfer::failure(CURLcode code) const
{
    if (transfer_.state() != Transfer::State::finished)
        return Error{Errc::timed_out,
                     tried() + (run_->has_first_byte ? ": the answer's head came too slowly or not at all"
                                                     : ": no answer in time")};
    if (!run_->refused_address.empty() && code == CURLE_COULDNT_CONNECT)
        return Error{Errc::refused, fmt::format("{}: {} is not a public address, or closed by the guard "
                                                "(see network.allowed_private_networks)",
                                                tried(), run_->refused_address)};
    // How libcurl 7.88 reports one header line over 100 KiB.
    if (code == CURLE_OUT_OF_MEMORY) return Error{Errc::too_large, tried() + ": a header line is too long"};
    if (code == CURLE_OK)
        return Error{Errc::unreachable, tried() + ": the connection ended inside the answer's head"};
    return to_error(code, tried(), message_.data());
}

void HttpTransfer::note_first_byte()
{
    auto& run = *run_;
    const auto now = steady_clock::now();
    run.has_first_byte = true;
    run.window_end = now + run.request.limits.low_speed_time;
    run.fetched.first_byte = std::chrono::duration_cast<std::chrono::milliseconds>(now - run.start);

    // Only during the transfer, and for every one: libcurl's own record is empty on a reused connection.
    curl_tlssessioninfo* tls = nullptr;
    if (curl_easy_getinfo(transfer_.easy(), CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || !tls ||
        !tls->internals)
        return;
    auto info = tls_info(tls->internals);
    run.is_http2 = info.protocol == "h2";
    run.fetched.peer.tls_version = std::move(info.version);
    run.fetched.peer.cipher = std::move(info.cipher);
    run.fetched.peer.certificate_chain = std::move(info.certificate_chain);
    if (settings_.route.tls_errors == TlsErrors::record)
        run.fetched.peer.tls_problem =
            certificate_problem(tls->internals, std::string(run.request.url.host()));
}

std::size_t HttpTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self)
{
    auto& transfer = *static_cast<HttpTransfer*>(self);
    auto& run = *transfer.run_;
    const std::string_view line(data, size * count);
    if (!run.has_first_byte) transfer.note_first_byte();
    run.window_bytes += line.size();
    if (!run.head.add(line)) return 0;
    if (run.head.is_complete() && run.fetched.body.empty()) {
        const auto length = run.head.content_length().value_or(0);
        const auto most = std::min(most_reserved_bytes, run.request.limits.max_body_bytes);
        run.fetched.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(length, most)));
    }
    return line.size();
}

std::size_t HttpTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self)
{
    auto& transfer = *static_cast<HttpTransfer*>(self);
    auto& run = *transfer.run_;
    auto& body = run.fetched.body;
    const auto bytes = as_bytes({data, size * count});
    const auto room = run.request.limits.max_body_bytes - body.size();
    const auto taken = bytes.first(std::min(room, bytes.size()));
    if (!transfer.may_grow_to(body.size() + taken.size()) || !transfer.has_time_for(bytes.size())) {
        if (!run.paused_since) run.paused_since = steady_clock::now();
        return CURL_WRITEFUNC_PAUSE; // libcurl keeps these bytes and hands them over again
    }
    run.window_bytes += bytes.size();
    body.insert(body.end(), taken.begin(), taken.end());
    if (taken.size() == bytes.size()) return bytes.size();
    run.fetched.cut = Cut::size;
    return 0;
}

int HttpTransfer::on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self)
{
    auto& run = static_cast<HttpTransfer*>(self)->run_;
    if (type != CURLINFO_HEADER_OUT || !run) return 0;
    auto& head = run->fetched.request_head;
    // libcurl repeats a request by itself when a kept connection turns out to be closed.
    if (head.ends_with("\r\n\r\n")) head.clear();
    head.append(data, size);
    return 0;
}

curl_socket_t HttpTransfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* peer)
{
    auto& transfer = *static_cast<HttpTransfer*>(self);
    const auto address = address_of(*peer);
    // The one peer behind a proxy is the proxy, which the operator named.
    const bool is_straight = transfer.settings_.route.proxy.empty();
    if (!address || (is_straight && !transfer.settings_.guard.allows(*address))) {
        transfer.run_->refused_address = address ? address->to_string() : "an unknown kind of address";
        return CURL_SOCKET_BAD;
    }
    const int socket = ::socket(peer->family, peer->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, peer->protocol);
    if (socket >= 0) transfer.loop_.opened(socket);
    return socket;
}

int HttpTransfer::on_close_socket(void* loop, curl_socket_t socket)
{
    static_cast<CurlLoop*>(loop)->closed(socket);
    return ::close(socket);
}

CURLcode HttpTransfer::on_tls_context(CURL*, void* context, void* trust)
{
    return static_cast<const TlsTrust*>(trust)->apply_to(context) ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

} // namespace stillwatch::net
