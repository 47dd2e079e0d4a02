#include "net/smtp_client.hpp"

#include "net/smtp_delivery.hpp"

#include <optional>

namespace stillwatch::net {

struct SmtpClientState {
    GuardPolicy guard;
    DeliveryStop stop;
    asio::thread_pool thread{1};
};

namespace {

// `state` is a copy: the client may go away while this waits.
Task<Result<void>> run(std::shared_ptr<SmtpClientState> state, MailServer server, MailMessage message)
{
    if (state->stop.is_requested()) co_return Error{Errc::cancelled, "sending mail was stopped"};
    auto work = [&stop = state->stop, &guard = state->guard, server = std::move(server),
                 message = std::move(message)] {
        return std::optional(deliver(server, message, guard, stop));
    };
    auto sent = co_await offload(state->thread, std::move(work));
    co_return std::move(*sent);
}

} // namespace

SmtpClient::SmtpClient(GuardPolicy guard) : state_(std::make_shared<SmtpClientState>())
{
    state_->guard = std::move(guard);
}

SmtpClient::~SmtpClient()
{
    stop();
    state_->thread.join();
}

Task<Result<void>> SmtpClient::send(MailServer server, MailMessage message)
{
    return run(state_, std::move(server), std::move(message));
}

void SmtpClient::stop()
{
    state_->stop.request();
}

} // namespace stillwatch::net
