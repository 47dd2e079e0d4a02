#pragma once

#include "core/async.hpp"
#include "core/result.hpp"

#include <chrono>
#include <string>

namespace stillwatch {

// Where mail is handed in. "smtps://host[:port]" speaks TLS at once; "smtp://host[:port]" must be upgraded by
// STARTTLS, which is required unless the host is loopback.
struct MailServer {
    std::string url;
    std::string user{};     // empty: no authentication
    std::string password{}; // never logged
    std::string ca_file{};  // PEM; empty: the system's authorities
    std::chrono::seconds timeout{60};
};

// One finished message to one recipient. `data` is RFC 5322 text with CRLF line ends.
struct MailMessage {
    std::string from; // envelope addresses, bare: "desk@helpline.example"
    std::string to;
    std::string data;
};

// Hands one message in. Errors: unreachable and timed_out (worth another try; also 4xx answers), refused
// (a 5xx answer, bad certificate, no TLS offered), cancelled. The detail never holds the message.
class Mailer {
public:
    virtual ~Mailer() = default;
    virtual Task<Result<void>> send(MailServer server, MailMessage message) = 0;
};

} // namespace stillwatch
