#include "net/http_client.hpp"

#include "net/curl_loop.hpp"
#include "net/http_transfer.hpp"
#include "net/tls_trust.hpp"

#include <boost/asio/this_coro.hpp>

#include <set>
#include <vector>

namespace stillwatch::net {

struct HttpClientState {
    HttpClientState(asio::io_context& context, HttpSettings shared, std::shared_ptr<ByteBudget> bytes)
        : io(context), settings(std::move(shared)), budget(std::move(bytes)), trust(settings.ca_file),
          loop(context, settings.max_connections)
    {
    }

    asio::io_context& io;
    HttpSettings settings;
    std::shared_ptr<ByteBudget> budget;
    TlsTrust trust;
    std::vector<std::unique_ptr<HttpTransfer>> spare; // handles are dear to make
    std::set<HttpTransfer*> busy;
    CurlLoop loop;
};

namespace {

// Borrows a transfer for one fetch and gives it back, also when the coroutine is destroyed half way.
class Loan {
public:
    explicit Loan(HttpClientState& state) : state_(state)
    {
        if (state.spare.empty()) {
            transfer_ = std::make_unique<HttpTransfer>(state.io, state.loop, state.settings, state.trust,
                                                       state.budget);
        } else {
            transfer_ = std::move(state.spare.back());
            state.spare.pop_back();
        }
        state.busy.insert(transfer_.get());
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan()
    {
        state_.busy.erase(transfer_.get());
        state_.loop.abandon(transfer_->transfer());
        transfer_->clear();
        state_.spare.push_back(std::move(transfer_));
    }
    HttpTransfer& operator*() noexcept { return *transfer_; }

private:
    HttpClientState& state_;
    std::unique_ptr<HttpTransfer> transfer_;
};

// `state` is a copy: the client may go away while this waits.
Task<Result<Fetched>> run(std::shared_ptr<HttpClientState> state, FetchRequest request)
{
    Loan loan(*state);
    HttpTransfer& http = *loan;
    Transfer& transfer = http.transfer();
    if (const auto ready = http.prepare(std::move(request)); !ready) co_return ready.error();
    do {
        state->loop.start(transfer);
        while (transfer.state() == Transfer::State::running) {
            co_await transfer.wait_until(http.next_deadline());
            const auto cancellation = co_await asio::this_coro::cancellation_state;
            if (cancellation.cancelled() != asio::cancellation_type::none)
                co_return Error{Errc::cancelled, "the fetch was cancelled"};
            if (http.take_turn(std::chrono::steady_clock::now())) state->loop.resume(transfer);
            if (transfer.state() == Transfer::State::running &&
                !http.is_in_time(std::chrono::steady_clock::now()))
                state->loop.abandon(transfer);
        }
        if (transfer.state() == Transfer::State::cancelled)
            co_return Error{Errc::cancelled, "fetching was stopped"};
    } while (transfer.state() == Transfer::State::finished && http.prepare_retry());
    co_return http.take_result();
}

} // namespace

HttpClient::HttpClient(asio::io_context& io, HttpSettings settings, std::shared_ptr<ByteBudget> budget)
    : state_(std::make_shared<HttpClientState>(io, std::move(settings), std::move(budget)))
{
}

HttpClient::~HttpClient()
{
    stop();
}

Task<Result<Fetched>> HttpClient::fetch(FetchRequest request)
{
    return run(state_, std::move(request));
}

void HttpClient::cancel(std::string_view host_port)
{
    for (auto* http : state_->busy)
        if (http->is_busy() && http->url().host_port() == host_port) state_->loop.cancel(http->transfer());
}

void HttpClient::stop()
{
    state_->loop.stop();
}

} // namespace stillwatch::net
