#pragma once

#include "alerts/notifier.hpp"
#include "alerts/outbox.hpp"
#include "config/config.hpp"
#include "core/result.hpp"
#include "core/tasks.hpp"
#include "daemon/channel_facts.hpp"
#include "net/http_client.hpp"
#include "net/smtp_client.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <vector>

namespace stillwatch::daemon {

// The configured channels, each with its notifier and its outbox loop. Loop thread.
class Channels {
public:
    // Reads the channels' secrets. Errors: those of read_secret and of the notifiers, naming the channel.
    static Result<std::unique_ptr<Channels>> make(const config::Config& config, asio::io_context& loop,
                                                  alerts::AlertQueue& queue, const Clock& clock);

    // Starts the outbox loop of each channel in `tasks`, one after another named "outbox NAME".
    void start(TaskGroup& tasks, const std::function<void()>& on_failure);
    void wake();
    // Cuts what is being delivered and ends the loops; what was cut stays queued under the same id.
    void stop();

    alerts::Outbox::Counts counts() const; // sums over channels
    std::vector<ChannelFacts> facts() const;

private:
    struct Channel {
        // One of the two, and no other channel's: a webhook has a guard of its own, and a mail server that
        // does not answer must hold up nobody else.
        std::unique_ptr<net::HttpClient> http;
        std::unique_ptr<net::SmtpClient> smtp;
        std::unique_ptr<alerts::Notifier> notifier;
        std::unique_ptr<alerts::Outbox> outbox;
    };
    std::vector<Channel> channels_;
};

} // namespace stillwatch::daemon
