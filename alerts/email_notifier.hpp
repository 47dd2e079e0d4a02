#pragma once

#include "alerts/notifier.hpp"
#include "core/mail.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace stillwatch::alerts {

struct EmailSettings {
    std::string channel;
    std::vector<std::string> to; // bare addresses; each gets a message of its own
    std::string from;
    MailServer server;
};

// Sends content-free mail. Message-ID is "<alert.channel@domain of the sender>", the same at every try. A
// refusal by the mail server is tried again on the schedule: a wrong password, an expired certificate or a
// closed relay is repaired by people within days, and an alert must not be lost meanwhile.
class EmailNotifier final : public Notifier {
public:
    EmailNotifier(Mailer& mailer, EmailSettings settings);

    Task<Delivery> notify(AlertEvent event) override;
    const std::string& channel() const override { return settings_.channel; }

private:
    static constexpr std::size_t max_remembered = 1000;

    Mailer& mailer_;
    EmailSettings settings_;
    // Recipients that have an alert already while another recipient still waits for it; lost with the
    // process, which costs them a second copy under the same Message-ID.
    std::map<std::string, std::set<std::string>> served_;
};

} // namespace stillwatch::alerts
