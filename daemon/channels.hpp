#pragma once

#include "alerts/notifier.hpp"
#include "alerts/outbox.hpp"
#include "config/config.hpp"
#include "core/mail.hpp"
#include "core/result.hpp"
#include "core/tasks.hpp"
#include "net/http_client.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace stillwatch::daemon {

// The configured channels, each with its notifier and its outbox loop. Loop thread.
class Channels {
public:
    // Reads the channels' secrets. Errors: those of read_secret and of the notifiers, naming the channel.
    static Result<std::unique_ptr<Channels>> make(const config::Config& config, asio::io_context& loop, Mailer& mailer,
                                                  alerts::AlertQueue& queue, const Clock& clock);

    // Starts the outbox loop of each channel in `tasks`, one after another named "outbox NAME".
    void start(TaskGroup& tasks);
    void wake();
    // Ends the loops after what they are delivering; the connections of webhooks are cut.
    void stop();

    // Sums over channels, and which of them failed at their last attempt.
    alerts::Outbox::Counts counts() const;
    std::vector<std::string> failing() const;

private:
    struct Channel {
        std::unique_ptr<net::HttpClient> http; // webhooks: a client of their own, because their guard is
        std::unique_ptr<alerts::Notifier> notifier;
        std::unique_ptr<alerts::Outbox> outbox;
    };
    std::vector<Channel> channels_;
};

} // namespace stillwatch::daemon
