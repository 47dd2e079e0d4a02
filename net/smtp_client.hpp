#pragma once

#include "core/mail.hpp"
#include "net/address_guard.hpp"

#include <memory>

namespace stillwatch::net {

struct SmtpClientState;

// Hands mail in over SMTP, one connection and one recipient a message, one message after another on a thread
// of its own (deliver() in smtp_delivery.hpp says why). Goes before the event loop on which its callers wait.
// TLS: "smtps" speaks it at once and "smtp" must reach it by STARTTLS; certificate and host name are checked,
// TLS 1.2 at least. Only "smtp" to a loopback host (localhost, 127.0.0.0/8, ::1) goes in the clear, because
// the relays found there offer STARTTLS with certificates made for nobody; a `ca_file` asks for checked TLS
// there too.
class SmtpClient final : public Mailer {
public:
    // Of the guard only what the operator closed counts: strangers name no mail server.
    explicit SmtpClient(GuardPolicy guard = {});
    SmtpClient(const SmtpClient&) = delete;
    SmtpClient& operator=(const SmtpClient&) = delete;
    ~SmtpClient() override; // as stop()

    // Resumes on the caller's executor. Errors: as Mailer (refused: also what the guard
    // closes), and invalid_argument (an address or URL that
    // cannot be used, an unreadable `ca_file`). The detail names the server and what it answered to, never
    // address, password or text.
    Task<Result<void>> send(MailServer server, MailMessage message) override;

    // Ends what is being sent with `cancelled`, at once.
    void stop();

private:
    std::shared_ptr<SmtpClientState> state_; // shared with the sends that run: they may outlive the client
};

} // namespace stillwatch::net
