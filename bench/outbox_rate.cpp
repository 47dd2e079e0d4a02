#include "bench/outbox_rate.hpp"

#include "alerts/outbox.hpp"
#include "alerts/webhook_notifier.hpp"
#include "alerts/webhook_signature.hpp"
#include "net/http_client.hpp"
#include "store/sqlite/sqlite_handle.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace stillwatch;
using asio::ip::tcp;

// Takes what is posted, on any number of connections that stay open until their client closes them.
class Receiver {
public:
    Receiver() : thread_([this] { serve(); }) {}
    Receiver(const Receiver&) = delete;
    ~Receiver()
    {
        boost::system::error_code error;
        tcp::socket last(loop_); // wakes the one that waits for a connection
        ending_ = true;
        last.connect(acceptor_.local_endpoint(), error);
        thread_.join();
        for (auto& connection : connections_)
            connection.join();
    }
    std::string url() const { return fmt::format("http://127.0.0.1:{}/", acceptor_.local_endpoint().port()); }

private:
    void serve()
    {
        while (!ending_) {
            tcp::socket socket(loop_);
            boost::system::error_code error;
            acceptor_.accept(socket, error);
            if (error || ending_) continue;
            connections_.emplace_back([open = std::move(socket)]() mutable {
                while (!answer(open)) {
                }
            });
        }
    }
    static boost::system::error_code answer(tcp::socket& socket)
    {
        boost::system::error_code error;
        asio::streambuf buffer;
        const auto head = asio::read_until(socket, buffer, "\r\n\r\n", error);
        if (error) return error;
        const std::string text(asio::buffers_begin(buffer.data()),
                               asio::buffers_begin(buffer.data()) + static_cast<std::ptrdiff_t>(head));
        const auto length = text.find("ontent-Length: ");
        const auto size = length == std::string::npos ? 0 : std::stoul(text.substr(length + 15));
        if (const auto have = buffer.size() - head; have < size)
            asio::read(socket, buffer, asio::transfer_exactly(size - have), error);
        if (error) return error;
        asio::write(socket, asio::buffer("HTTP/1.1 204 No Content\r\n\r\n", 27), error);
        return error;
    }

    asio::io_context loop_;
    tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::atomic<bool> ending_ = false;
    std::vector<std::thread> connections_; // of thread_ until it ended
    std::thread thread_;
};

class WallClock final : public Clock {
public:
    Timestamp now() const override
    {
        return std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
    }
};

} // namespace

void queue_alerts(const std::filesystem::path& file, int alerts)
{
    alerts::AlertEvent event;
    event.alert_id = alerts::alert_id("C-0001", ReferenceId{1}, "picture", "address", 1);
    event.type = "match.opened";
    event.at = WallClock().now();
    event.case_pseudonym = "C-0001";
    store::Connection connection(file, {.sync_every_commit = false, .cache_kib = 65'536});
    connection
        .prepare("INSERT INTO outbox (alert_id, channel, event, case_id, finding_id, state, created_at, "
                 "next_attempt_at) SELECT alert_id, 'bench', ?1, case_id, id, 'queued', ?2, ?2 FROM finding "
                 "ORDER BY id DESC LIMIT ?3")
        .bind(alerts::write_event(event), event.at, alerts)
        .run();
}

double outbox_rate(store::CaseDatabase& cases, int alerts)
{
    const Receiver receiver;
    const WallClock clock;
    asio::io_context loop{1};
    asio::thread_pool store_thread{1};
    net::HttpSettings http;
    http.guard.allowed_private_networks = {net::Cidr::parse("127.0.0.0/8").value()};
    net::HttpClient client(loop, http);
    alerts::WebhookNotifier notifier(
        client,
        {"bench", Url::parse(receiver.url()).value(),
         alerts::parse_webhook_secrets("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").value()},
        clock);
    alerts::StoredAlertQueue queue([&](std::function<void(store::CaseDatabase&)> work) -> Task<> {
        auto on_store = [&cases, work = std::move(work)] { work(cases); };
        return offload(store_thread, std::move(on_store));
    });
    alerts::Outbox outbox(loop.get_executor(), queue, notifier, clock);
    const auto began = std::chrono::steady_clock::now();
    asio::co_spawn(loop, outbox.run(), [](const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);
    });
    while (outbox.counts().sent < static_cast<std::uint64_t>(alerts) && outbox.counts().retried == 0)
        loop.run_one();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    outbox.stop();
    client.stop();
    loop.run();
    if (outbox.counts().retried > 0) throw std::runtime_error("an alert was not taken: " + outbox.failure());
    return alerts / took.count();
}
