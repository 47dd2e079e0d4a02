#include "daemon/channels.hpp"

#include "alerts/chat_notifier.hpp"
#include "alerts/email_notifier.hpp"
#include "alerts/webhook_notifier.hpp"
#include "alerts/webhook_signature.hpp"
#include "config/checks.hpp"
#include "config/secret.hpp"
#include "core/log.hpp"
#include "daemon/mail_ciphers.hpp"
#include "daemon/settings.hpp"

#include <fmt/format.h>

namespace stillwatch::daemon {

namespace {

Error of_channel(const config::Channel& channel, const Error& error)
{
    return {error.code, fmt::format("channel {}: {}", channel.name, error.detail)};
}

Result<std::unique_ptr<alerts::Notifier>> make_email(const config::Channel& channel, Mailer& mailer)
{
    alerts::EmailSettings settings{channel.name, channel.to, channel.from, {channel.server, channel.user}};
    settings.server.ca_file = channel.ca_file.string();
    if (!channel.password_file.empty()) {
        auto password = config::read_secret(channel.password_file);
        if (!password) return of_channel(channel, password.error());
        settings.server.password = *std::move(password);
    }
    auto ciphers = mail_ciphers(channel);
    if (!ciphers) return of_channel(channel, ciphers.error());
    for (const auto& trouble : ciphers->troubles)
        log::warn("email", "mail to its owner is not sealed",
                  {{"channel", channel.name}, {"reason", trouble}});
    settings.ciphers = std::move(ciphers->by_recipient);
    return std::make_unique<alerts::EmailNotifier>(mailer, std::move(settings));
}

Result<std::unique_ptr<alerts::Notifier>> make_chat(const config::Channel& channel, Fetcher& fetcher,
                                                    const Clock& clock)
{
    using alerts::ChatKind;
    using config::ChannelKind;
    std::string secret;
    if (!channel.secret_file.empty()) {
        auto text = config::read_secret(channel.secret_file);
        if (!text) return of_channel(channel, text.error());
        secret = *std::move(text);
    }
    const bool is_whole = channel.kind == ChannelKind::slack || channel.kind == ChannelKind::teams;
    const auto url = Url::parse(is_whole ? secret : channel.url);
    if (!url) return of_channel(channel, {Errc::invalid_argument, "its address is none"});
    if (is_whole && url->scheme() != "https" && !config::is_loopback(*url))
        return of_channel(channel, {Errc::invalid_argument, "its address must be https"});
    alerts::ChatSettings settings{channel.name, ChatKind::slack, *url, is_whole ? "" : secret, channel.room};
    if (channel.kind == ChannelKind::teams) settings.kind = ChatKind::teams;
    if (channel.kind == ChannelKind::matrix) settings.kind = ChatKind::matrix;
    if (channel.kind == ChannelKind::ntfy) settings.kind = ChatKind::ntfy;
    return std::make_unique<alerts::ChatNotifier>(fetcher, std::move(settings), clock);
}

Result<std::unique_ptr<alerts::Notifier>> make_webhook(const config::Channel& channel, Fetcher& fetcher,
                                                       const Clock& clock)
{
    const auto url = Url::parse(channel.url);
    if (!url) return of_channel(channel, {url.error().code, "url: not an address"});
    const auto text = config::read_secret(channel.secret_file);
    if (!text) return of_channel(channel, text.error());
    auto secrets = alerts::parse_webhook_secrets(*text);
    if (!secrets) return of_channel(channel, secrets.error());
    alerts::WebhookSettings settings{channel.name, *url, *std::move(secrets)};
    return std::make_unique<alerts::WebhookNotifier>(fetcher, std::move(settings), clock);
}

} // namespace

Result<std::unique_ptr<Channels>> Channels::make(const config::Config& config, asio::io_context& loop,
                                                 alerts::AlertQueue& queue, const Clock& clock)
{
    auto channels = std::make_unique<Channels>();
    for (const auto& entry : config.channels) {
        if (!entry.enabled) continue;
        Channel channel;
        Result<std::unique_ptr<alerts::Notifier>> notifier = Error{Errc::invalid_argument, "unknown kind"};
        const auto settings = http_settings(config, entry);
        if (!settings) return of_channel(entry, settings.error());
        if (entry.kind != config::ChannelKind::email) {
            try {
                channel.http = std::make_unique<net::HttpClient>(loop, *settings);
            } catch (const std::runtime_error& error) {
                return of_channel(entry, {Errc::invalid_argument, error.what()});
            }
            notifier = entry.kind == config::ChannelKind::webhook ? make_webhook(entry, *channel.http, clock)
                                                                  : make_chat(entry, *channel.http, clock);
        } else {
            channel.smtp = std::make_unique<net::SmtpClient>(settings->guard);
            notifier = make_email(entry, *channel.smtp);
        }
        if (!notifier) return notifier.error();
        channel.notifier = *std::move(notifier);
        channel.outbox =
            std::make_unique<alerts::Outbox>(loop.get_executor(), queue, *channel.notifier, clock);
        channels->channels_.push_back(std::move(channel));
    }
    return channels;
}

void Channels::start(TaskGroup& tasks, const std::function<void()>& on_failure)
{
    for (auto& channel : channels_)
        tasks.spawn("outbox " + channel.outbox->channel(), channel.outbox->run(), on_failure);
}

void Channels::wake()
{
    for (auto& channel : channels_)
        channel.outbox->wake();
}

void Channels::stop()
{
    for (auto& channel : channels_) {
        channel.outbox->stop();
        if (channel.http) channel.http->stop();
        if (channel.smtp) channel.smtp->stop();
    }
}

alerts::Outbox::Counts Channels::counts() const
{
    alerts::Outbox::Counts sum;
    for (const auto& channel : channels_) {
        sum.sent += channel.outbox->counts().sent;
        sum.retried += channel.outbox->counts().retried;
        sum.dead += channel.outbox->counts().dead;
    }
    return sum;
}

std::vector<ChannelFacts> Channels::facts() const
{
    std::vector<ChannelFacts> all;
    for (const auto& channel : channels_)
        all.push_back({channel.outbox->channel(), channel.outbox->failure(), channel.outbox->unsealed(),
                       channel.outbox->left_out()});
    return all;
}

} // namespace stillwatch::daemon
