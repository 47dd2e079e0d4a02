#pragma once

#include "core/byte_budget.hpp"
#include "core/fetch.hpp"
#include "net/curl_loop.hpp"
#include "net/http_settings.hpp"
#include "net/response_head.hpp"
#include "net/tls_trust.hpp"

#include <array>
#include <chrono>
#include <optional>

namespace stillwatch::net {

// One HTTP request on one easy handle: options, callbacks, limits, result. Used again and again by
// HttpClient.
class HttpTransfer {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // `settings`, `trust` and the loop that runs it outlive the transfer's requests; `budget` may be null.
    HttpTransfer(asio::io_context& io, CurlLoop& loop, const HttpSettings& settings, const TlsTrust& trust,
                 std::shared_ptr<ByteBudget> budget);

    Transfer& transfer() noexcept { return transfer_; }
    // Of the request under way.
    const Url& url() const noexcept { return run_->request.url; }
    bool is_busy() const noexcept { return run_.has_value(); }

    // Readies the handle for this request. Errors: invalid_argument (a header or method that cannot be sent).
    Result<void> prepare(FetchRequest request);
    // Whether the request came to nothing only because a kept connection had gone, so that sending it again
    // on a fresh one is right; if so the handle is ready for that.
    bool prepare_retry();

    // Whether it was paused and may go on now: then the pause counts for no limit, and the caller resumes it.
    bool take_turn(TimePoint now);

    // The next moment at which a limit may have passed.
    TimePoint next_deadline() const noexcept;
    // Whether no limit has passed.
    bool is_in_time(TimePoint now) noexcept;

    // What came of it, once the transfer ended or was abandoned because a limit passed.
    Result<Fetched> take_result();
    // Lets go of what a request holds.
    void clear();

private:
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static int on_debug(CURL* easy, curl_infotype type, char* data, std::size_t size, void* self);
    static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
    static int on_close_socket(void* loop, curl_socket_t socket);
    static CURLcode on_tls_context(CURL* easy, void* context, void* trust);

    // Everything of one request, replaced as a whole.
    struct Run {
        explicit Run(FetchRequest asked);
        FetchRequest request;
        ResponseHead head;
        Fetched fetched;
        LineList headers; // only when the request brings its own
        std::string refused_address;
        TimePoint start;
        TimePoint window_end; // of the low-speed measurement
        std::size_t window_bytes = 0;
        std::optional<TimePoint> paused_since; // we let it wait for its share
        bool is_granted = false;               // the wait is over
        std::uint64_t call_number = 0;         // of libcurl's call that brought
        std::size_t call_bytes = 0;            // so many
        bool has_first_byte = false;
        bool has_retried = false;
        bool is_http2 = false; // as agreed under TLS; it is spoken nowhere else
    };

    void set_common_options(const HttpSettings& settings, const TlsTrust& trust);
    Result<void> set_method();
    Result<void> set_headers();
    bool may_grow_to(std::size_t body_bytes);
    bool has_time_for(std::size_t bytes);
    std::size_t most_expected_bytes();
    void note_first_byte();
    std::string tried() const;
    Error failure(CURLcode code) const;

    CurlLoop& loop_;
    const HttpSettings& settings_;
    std::shared_ptr<ByteBudget> budget_;
    Transfer transfer_;
    LineList common_headers_;
    std::array<char, CURL_ERROR_SIZE> message_{};
    std::optional<Run> run_;
};

} // namespace stillwatch::net
