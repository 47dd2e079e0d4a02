#pragma once

#include "alerts/notifier.hpp"
#include "core/mail.hpp"
#include "core/mail_cipher.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

namespace stillwatch::alerts {

struct EmailSettings {
    std::string channel;
    std::vector<std::string> to; // bare addresses; each gets a message of its own
    std::string from;
    MailServer server;
    std::map<std::string, std::shared_ptr<const MailCipher>> ciphers{}; // by recipient
};

// Sends content-free mail, to each recipient a message of its own: one whose server refuses it or puts it off
// keeps nobody else from being told. Message-ID is "<alert.channel@domain of the sender>", the same at every
// try. A refusal by the mail server is tried again on the schedule: a wrong password, an expired certificate
// or a closed relay is repaired by people within days, and an alert must not be lost meanwhile. Who has a
// cipher gets sealed mail; where sealing fails, and for the other recipients of such a channel, the mail
// holds nothing that is disclosed.
class EmailNotifier final : public Notifier {
public:
    EmailNotifier(Mailer& mailer, EmailSettings settings);

    Task<Delivery> notify(AlertEvent event, std::vector<std::string> told) override;
    const std::string& channel() const override { return settings_->channel; }

private:
    Mailer& mailer_;
    std::shared_ptr<const EmailSettings> settings_; // also of what is sealed on another thread meanwhile
    std::shared_ptr<asio::thread_pool> sealing_;    // one thread; none where no cipher is slow
};

} // namespace stillwatch::alerts
