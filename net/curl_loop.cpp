#include "net/curl_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace stillwatch::net {

using std::chrono::steady_clock;

namespace {

constexpr int max_events = 64;
// Then others on the loop have their turn: sockets that were not served are still ready after it.
constexpr std::chrono::milliseconds longest_turn{5};

int make_epoll()
{
    const int descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return descriptor;
}

std::uint32_t epoll_events(int what) noexcept
{
    switch (what) {
    case CURL_POLL_IN: return EPOLLIN;
    case CURL_POLL_OUT: return EPOLLOUT;
    case CURL_POLL_INOUT: return EPOLLIN | EPOLLOUT;
    default: return 0;
    }
}

int curl_events(std::uint32_t events) noexcept
{
    int what = 0;
    if (events & (EPOLLIN | EPOLLHUP)) what |= CURL_CSELECT_IN;
    if (events & EPOLLOUT) what |= CURL_CSELECT_OUT;
    if (events & EPOLLERR) what |= CURL_CSELECT_ERR;
    return what;
}

} // namespace

Transfer::Transfer(asio::io_context& io) : easy_(make_easy()), wake_(io)
{
    set_option(easy(), CURLOPT_PRIVATE, static_cast<void*>(this));
}

Transfer::~Transfer()
{
    if (loop_) loop_->abandon(*this);
}

std::uint64_t Transfer::call_number() const noexcept
{
    return loop_ != nullptr ? loop_->calls_ : 0;
}

Task<void> Transfer::wait_until(steady_clock::time_point deadline)
{
    wake_.expires_at(deadline);
    boost::system::error_code ignored; // a cancelled wait is how the end of the run is told
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void Transfer::end(State state, CURLcode code)
{
    loop_ = nullptr;
    state_ = state;
    code_ = code;
    wake_.cancel();
}

CurlLoop::CurlLoop(asio::io_context& io, std::size_t max_connections)
    : multi_(make_multi()), io_(io), sockets_(io, make_epoll()), timer_(io)
{
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timeout);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(max_connections));
}

CurlLoop::~CurlLoop()
{
    stop();
}

void CurlLoop::start(Transfer& transfer)
{
    if (!multi_) {
        transfer.end(Transfer::State::cancelled, CURLE_OK);
        return;
    }
    running_.insert(&transfer);
    transfer.loop_ = this;
    transfer.state_ = Transfer::State::running;
    const auto code = curl_multi_add_handle(multi_.get(), transfer.easy());
    if (code != CURLM_OK) {
        running_.erase(&transfer);
        transfer.end(Transfer::State::finished, CURLE_FAILED_INIT);
        return;
    }
    wait();
}

// libcurl hands over here what it had read when it was paused; it tells by the code alone that this ended the
// transfer.
void CurlLoop::resume(Transfer& transfer)
{
    if (!running_.contains(&transfer)) return;
    ++calls_;
    const auto code = curl_easy_pause(transfer.easy(), CURLPAUSE_CONT);
    if (code != CURLE_OK)
        take_out(transfer, Transfer::State::finished, code);
    else
        wait();
}

void CurlLoop::abandon(Transfer& transfer) noexcept
{
    take_out(transfer, Transfer::State::idle);
}

void CurlLoop::cancel(Transfer& transfer) noexcept
{
    take_out(transfer, Transfer::State::cancelled);
}

void CurlLoop::take_out(Transfer& transfer, Transfer::State state, CURLcode code) noexcept
{
    if (running_.erase(&transfer) == 0) return;
    curl_multi_remove_handle(multi_.get(), transfer.easy());
    transfer.end(state, code);
    if (running_.empty()) rest();
}

void CurlLoop::stop() noexcept
{
    if (!multi_) return;
    for (auto* transfer : running_) {
        curl_multi_remove_handle(multi_.get(), transfer->easy());
        transfer->end(Transfer::State::cancelled, CURLE_OK);
    }
    running_.clear();
    rest();
    multi_.reset();
    boost::system::error_code ignored;
    sockets_.close(ignored);
    round_.reset();
}

bool CurlLoop::watch(curl_socket_t socket, std::uint32_t events, bool is_known) noexcept
{
    epoll_event event{};
    event.data.fd = socket;
    event.events = events;
    const int action = is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    int failed = epoll_ctl(sockets_.native_handle(), action, socket, &event);
    // A number that was closed behind our back and given out again is new to epoll, or still in it.
    if (failed && (errno == ENOENT || errno == EEXIST)) {
        const int other = errno == ENOENT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        failed = epoll_ctl(sockets_.native_handle(), other, socket, &event);
    }
    return failed == 0;
}

void CurlLoop::unwatch(curl_socket_t socket) noexcept
{
    epoll_event event{};
    (void)epoll_ctl(sockets_.native_handle(), EPOLL_CTL_DEL, socket, &event); // may be closed already
}

void CurlLoop::opened(curl_socket_t socket)
{
    own_sockets_[socket] = {};
}

void CurlLoop::closed(curl_socket_t socket) noexcept
{
    own_sockets_.erase(socket); // epoll lets go of what is closed
}

// libcurl tells which socket to watch for what; `known` is null until we said that we watch it.
int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known)
{
    auto& loop = *static_cast<CurlLoop*>(self);
    const auto wanted = what == CURL_POLL_REMOVE ? 0 : epoll_events(what);
    const auto own = loop.own_sockets_.find(socket);
    if (own != loop.own_sockets_.end()) {
        auto& watched = own->second;
        watched.wanted = wanted;
        if (wanted == 0 || wanted == watched.now) return 0;
        if (!loop.watch(socket, wanted, watched.now != 0)) return -1;
        watched.now = wanted;
        return 0;
    }
    if (what == CURL_POLL_REMOVE) {
        loop.unwatch(socket);
        return 0;
    }
    if (!loop.watch(socket, wanted, known != nullptr)) return -1;
    curl_multi_assign(loop.multi_.get(), socket, self);
    return 0;
}

int CurlLoop::on_timeout(CURLM*, long timeout_ms, void* self)
{
    auto& loop = *static_cast<CurlLoop*>(self);
    loop.due_.reset();
    if (timeout_ms >= 0) loop.due_ = steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    if (!loop.in_turn_ && !loop.running_.empty()) loop.wait_for_timer();
    return 0;
}

// Serves every socket that is ready and every time-out that is due.
void CurlLoop::turn()
{
    in_turn_ = true;
    run_sockets();
    if (due_ && *due_ <= steady_clock::now()) {
        due_.reset();
        int running = 0;
        ++calls_;
        curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
    }
    in_turn_ = false;
    collect();
    wait();
}

void CurlLoop::run_sockets()
{
    std::array<epoll_event, max_events> events;
    const int count = epoll_wait(sockets_.native_handle(), events.data(), max_events, 0);
    const auto end = steady_clock::now() + longest_turn;
    for (int i = 0; i < count && (i == 0 || steady_clock::now() < end); ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        const auto own = own_sockets_.find(event.data.fd);
        if (own != own_sockets_.end() && own->second.wanted == 0) {
            // The other side closes a connection that nobody uses, or sends what nobody asked for: libcurl
            // sees that before it uses the connection again.
            unwatch(event.data.fd);
            own->second.now = 0;
            continue;
        }
        int running = 0;
        ++calls_;
        curl_multi_socket_action(multi_.get(), event.data.fd, curl_events(event.events), &running);
    }
}

void CurlLoop::collect()
{
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const auto code = message->data.result; // the message is gone with the handle
        CURL* easy = message->easy_handle;
        char* owner = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
        auto* transfer = static_cast<Transfer*>(static_cast<void*>(owner));
        curl_multi_remove_handle(multi_.get(), easy);
        running_.erase(transfer);
        transfer->end(Transfer::State::finished, code);
    }
}

void CurlLoop::wait()
{
    if (running_.empty()) {
        rest();
        return;
    }
    wait_for_sockets();
    wait_for_timer();
}

void CurlLoop::wait_for_sockets()
{
    if (waiting_for_sockets_) return;
    waiting_for_sockets_ = true;
    sockets_.async_wait(
        asio::posix::stream_descriptor::wait_read,
        [this, weak = std::weak_ptr(round_), round = *round_](boost::system::error_code error) {
            const auto now = weak.lock();
            if (error || !now || *now != round) return;
            waiting_for_sockets_ = false;
            turn();
        });
}

// A timer that fires too early arms itself again: cheaper than moving it for each of libcurl's wishes.
void CurlLoop::wait_for_timer()
{
    if (!due_) return;
    if (*due_ <= steady_clock::now()) {
        if (turn_posted_) return;
        turn_posted_ = true;
        asio::post(io_, [this, weak = std::weak_ptr(round_), round = *round_] {
            const auto now = weak.lock();
            if (!now || *now != round) return;
            turn_posted_ = false;
            turn();
        });
    } else if (!armed_at_ || *armed_at_ > *due_) {
        armed_at_ = due_;
        timer_.expires_at(*due_);
        timer_.async_wait(
            [this, weak = std::weak_ptr(round_), round = *round_](boost::system::error_code error) {
                const auto now = weak.lock();
                if (error || !now || *now != round) return;
                armed_at_.reset();
                turn();
            });
    }
}

// Nothing runs: leave no work in the event loop, so that run() can return.
void CurlLoop::rest()
{
    ++*round_;
    waiting_for_sockets_ = false;
    turn_posted_ = false;
    armed_at_.reset();
    boost::system::error_code ignored;
    sockets_.cancel(ignored);
    timer_.cancel();
}

} // namespace stillwatch::net
