#include "alerts/email_notifier.hpp"

#include "alerts/leak.hpp"
#include "alerts/mime.hpp"
#include "alerts/render.hpp"

#include <fmt/format.h>

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

} // namespace

EmailNotifier::EmailNotifier(Mailer& mailer, EmailSettings settings)
    : mailer_(mailer), settings_(std::move(settings))
{
}

Task<Delivery> EmailNotifier::notify(AlertEvent event)
{
    if (!is_well_formed(event)) co_return refused("the alert holds more than it may");
    if (served_.size() >= max_remembered) served_.clear();
    for (const auto& recipient : settings_.to) {
        auto& served = served_[event.alert_id];
        if (served.contains(recipient)) continue;
        const auto letter = letter_of(event, settings_, recipient);
        auto data = compose(letter);
        if (!data) co_return refused(data.error().detail);
        if (const auto leak = leak_in(*data, event.link))
            co_return refused(fmt::format("the mail would hold {}", *leak));
        MailMessage message;
        message.from = settings_.from;
        message.to = recipient;
        message.data = std::move(*data);
        const auto sent = co_await mailer_.send(settings_.server, std::move(message));
        if (!sent)
            co_return Delivery{Delivery::Kind::retry_after, std::chrono::seconds(0), to_string(sent.error())};
        served_[event.alert_id].insert(recipient);
    }
    served_.erase(event.alert_id);
    co_return Delivery{};
}

} // namespace stillwatch::alerts
