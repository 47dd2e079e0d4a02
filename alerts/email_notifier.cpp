#include "alerts/email_notifier.hpp"

#include "alerts/leak.hpp"
#include "alerts/mime.hpp"
#include "alerts/render.hpp"
#include "core/log.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace stillwatch::alerts {

namespace {

Letter letter_of(const AlertEvent& event, const EmailSettings& settings, const std::string& recipient)
{
    const auto domain = settings.from.substr(settings.from.find('@') + 1);
    Letter letter;
    letter.from = settings.from;
    letter.to = recipient;
    letter.subject = subject_of(event);
    letter.message_id = fmt::format("{}.{}@{}", event.alert_id, settings.channel, domain);
    if (!event.case_pseudonym.empty())
        letter.thread_id = fmt::format("case.{}@{}", event.case_pseudonym, domain);
    letter.at = event.at;
    letter.text = text_of(event);
    letter.html = html_of(event);
    return letter;
}

Delivery refused(std::string detail)
{
    return {Delivery::Kind::refused, std::chrono::seconds(0), std::move(detail)};
}

// In clear, and looked at once more. Errors: refused.
Result<std::string> in_clear(const AlertEvent& event, const EmailSettings& settings,
                             const std::string& recipient)
{
    auto data = compose(letter_of(event, settings, recipient));
    if (!data) return data;
    if (const auto leak = leak_in(*data, event.link, event.disclosed))
        return Error{Errc::refused, fmt::format("the mail would hold {}", *leak)};
    return data;
}

struct Written {
    std::string data;
    std::string unsealed; // why it is in clear and should not be; empty: all is as it should be
};

// As this recipient gets it. Errors: refused.
Result<Written> written(AlertEvent event, const EmailSettings& settings, const std::string& recipient)
{
    Written result;
    const auto cipher = settings.ciphers.find(recipient);
    if (cipher != settings.ciphers.end()) {
        const auto letter = letter_of(event, settings, recipient);
        if (const auto leak = leak_in(letter.subject + "\n" + letter.text, event.link, event.disclosed))
            return Error{Errc::refused, fmt::format("the mail would hold {}", *leak)};
        auto sealed = compose_sealed(letter, *cipher->second);
        if (sealed) return Written{*std::move(sealed), ""};
        result.unsealed = fmt::format("{}: {}", recipient, sealed.error().detail);
        log::warn("email", "a mail is not sealed: it leaves without what is disclosed to sealed mail",
                  {{"channel", settings.channel}, {"reason", to_string(sealed.error())}});
    }
    if (!settings.ciphers.empty()) event.disclosed.clear();
    auto data = in_clear(event, settings, recipient);
    if (!data) return data.error();
    result.data = *std::move(data);
    return result;
}

bool is_slow(const EmailSettings& settings, const std::string& recipient)
{
    const auto cipher = settings.ciphers.find(recipient);
    return cipher != settings.ciphers.end() && cipher->second->is_slow();
}

// On the thread for it. What it needs is its own: the notifier may go away meanwhile.
Task<Result<Written>> written_there(std::shared_ptr<asio::thread_pool> sealing, AlertEvent event,
                                    std::shared_ptr<const EmailSettings> settings, std::string recipient)
{
    auto work = [event = std::move(event), settings, recipient] {
        return written(event, *settings, recipient);
    };
    auto done = co_await offload(*sealing, std::move(work));
    co_return done;
}

} // namespace

EmailNotifier::EmailNotifier(Mailer& mailer, EmailSettings settings)
    : mailer_(mailer), settings_(std::make_shared<const EmailSettings>(std::move(settings)))
{
    const bool waits =
        std::ranges::any_of(settings_->ciphers, [](const auto& cipher) { return cipher.second->is_slow(); });
    if (waits) sealing_ = std::make_shared<asio::thread_pool>(1);
}

Task<Delivery> EmailNotifier::notify(AlertEvent event, std::vector<std::string> told)
{
    if (!is_well_formed(event)) co_return refused("the alert holds more than it may");
    Delivery delivery;
    delivery.told = std::move(told);
    std::vector<std::string> failures;
    for (const auto& recipient : settings_->to) {
        if (std::ranges::find(delivery.told, recipient) != delivery.told.end()) continue;
        Result<Written> data = Written{};
        if (is_slow(*settings_, recipient))
            data = co_await written_there(sealing_, event, settings_, recipient);
        else
            data = written(event, *settings_, recipient);
        if (!data) co_return refused(data.error().detail);
        if (!data->unsealed.empty())
            delivery.unsealed += (delivery.unsealed.empty() ? "" : "; ") + data->unsealed;
        MailMessage message;
        message.from = settings_->from;
        message.to = recipient;
        message.data = std::move(data->data);
        const auto sent = co_await mailer_.send(settings_->server, std::move(message));
        if (sent)
            delivery.told.push_back(recipient);
        else
            failures.push_back(fmt::format("{}: {}", recipient, to_string(sent.error())));
        if (!sent && sent.error().code == Errc::cancelled) break;
    }
    if (failures.empty()) co_return Delivery{.unsealed = std::move(delivery.unsealed)};
    delivery.kind = Delivery::Kind::retry_after;
    delivery.detail = fmt::format("not told: {}", fmt::join(failures, "; "));
    co_return delivery;
}

} // namespace stillwatch::alerts
