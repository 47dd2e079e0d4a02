#pragma once

#include "core/async.hpp"
#include "net/curl_handle.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>

// libcurl's multi-socket interface on an Asio event loop. Only sources of net/ include this header.
namespace stillwatch::net {

class CurlLoop;

// One easy handle and what became of it; reused for many runs, one at a time. Its owner sets the options,
// gives it to CurlLoop::start and waits. Destroying it ends the run.
class Transfer {
public:
    enum class State { idle, running, finished, cancelled };

    explicit Transfer(asio::io_context& io);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer();

    CURL* easy() const noexcept { return easy_.get(); }
    State state() const noexcept { return state_; }
    CURLcode code() const noexcept { return code_; } // once finished

    // Which call of libcurl's this is, while it runs: another number for each.
    std::uint64_t call_number() const noexcept;
    // Lets who waits look again.
    void wake() { wake_.cancel(); }
    // Resumes when the run ended, at wake(), at `deadline`, or when the waiting coroutine is cancelled.
    Task<void> wait_until(std::chrono::steady_clock::time_point deadline);

private:
    friend class CurlLoop;
    void end(State state, CURLcode code);

    EasyHandle easy_;
    asio::steady_timer wake_;
    CurlLoop* loop_ = nullptr; // while running
    State state_ = State::idle;
    CURLcode code_ = CURLE_OK;
};

// Runs transfers on the thread of `io`. Nothing here blocks: names are resolved by libcurl's own threads,
// which are left to themselves when a transfer ends early. Keeps no work in `io` while no transfer runs.
class CurlLoop {
public:
    // `max_connections`: connections kept open for reuse. Less than four times the concurrency makes libcurl
    // close and open connections all the time. Throws std::runtime_error when the system gives no handles.
    CurlLoop(asio::io_context& io, std::size_t max_connections);
    CurlLoop(const CurlLoop&) = delete;
    CurlLoop& operator=(const CurlLoop&) = delete;
    ~CurlLoop();

    // After stop() the transfer is cancelled at once.
    void start(Transfer& transfer);
    // Goes on with a transfer whose write callback paused it. It may have ended when this returns.
    void resume(Transfer& transfer);
    // Ends a run early; the transfer is then idle. Harmless when it does not run.
    void abandon(Transfer& transfer) noexcept;
    // The same, and whoever waits for the run learns that it was cancelled.
    void cancel(Transfer& transfer) noexcept;
    // Cancels what runs, closes every connection and refuses new runs.
    void stop() noexcept;

    // A socket that its transfer opened for libcurl, and closes with closed(). Of such a socket we know how
    // long its number is its own: it stays watched between two requests, where libcurl lets go of it and asks
    // for it again (two system calls a request).
    void opened(curl_socket_t socket);
    void closed(curl_socket_t socket) noexcept;

private:
    friend class Transfer;
    static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
    static int on_timeout(CURLM* multi, long timeout_ms, void* self);
    // For which of epoll's events a socket of ours is watched, and which libcurl wants; 0: none.
    struct Watched {
        std::uint32_t now = 0;
        std::uint32_t wanted = 0;
    };
    // Whether epoll took it.
    bool watch(curl_socket_t socket, std::uint32_t events, bool is_known) noexcept;
    void unwatch(curl_socket_t socket) noexcept;
    void turn();
    void run_sockets();
    void collect();
    void wait();
    void wait_for_sockets();
    void wait_for_timer();
    void rest();
    void take_out(Transfer& transfer, Transfer::State state, CURLcode code = CURLE_OK) noexcept;

    MultiHandle multi_;
    asio::io_context& io_;
    asio::posix::stream_descriptor sockets_; // an epoll descriptor with libcurl's sockets
    asio::steady_timer timer_;
    std::unordered_set<Transfer*> running_;
    std::unordered_map<curl_socket_t, Watched> own_sockets_;
    std::uint64_t calls_ = 0;                                       // of libcurl, which calls back from there
    std::optional<std::chrono::steady_clock::time_point> due_;      // when libcurl wants to be called
    std::optional<std::chrono::steady_clock::time_point> armed_at_; // when timer_ fires
    bool waiting_for_sockets_ = false;
    bool turn_posted_ = false;
    bool in_turn_ = false;
    // Handlers that were queued before a cancel compare this number; handlers that outlive the loop see it
    // gone.
    std::shared_ptr<unsigned> round_ = std::make_shared<unsigned>(0);
};

} // namespace stillwatch::net
