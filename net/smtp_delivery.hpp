#pragma once

#include "core/mail.hpp"
#include "net/address_guard.hpp"

#include <atomic>
#include <mutex>
#include <vector>

namespace stillwatch::net {

// Ends a delivery from another thread: what waits on a socket wakes up because the socket is shut down.
// Every function may be called from any thread.
class DeliveryStop {
public:
    void request();
    bool is_requested() const noexcept { return requested_; }

    // The sockets in use, so that request() finds them.
    void add(int socket);
    void remove(int socket);
    // Lets nothing more come in; what is sent still goes out.
    void shut_reading();

private:
    std::mutex mutex_; // guards sockets_, and that none is closed while it is shut
    std::vector<int> sockets_;
    std::atomic<bool> requested_ = false;
};

// Hands one message in and blocks until that is done, `server.timeout` passed or `stop` was requested:
// libcurl 7.88 waits inside for the answer to a message's text, so its SMTP does not belong on an event loop.
// Errors: as SmtpClient.
Result<void> deliver(const MailServer& server, const MailMessage& message, const GuardPolicy& guard,
                     DeliveryStop& stop);

} // namespace stillwatch::net
