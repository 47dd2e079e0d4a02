#include "net/smtp_delivery.hpp"

#include "net/curl_error.hpp"
#include "net/curl_handle.hpp"
#include "net/peer_address.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

namespace stillwatch::net {

void DeliveryStop::request()
{
    const std::lock_guard lock(mutex_);
    requested_ = true;
    for (const int socket : sockets_)
        (void)::shutdown(socket, SHUT_RDWR); // fails where it was never connected
}

void DeliveryStop::add(int socket)
{
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
}

void DeliveryStop::remove(int socket)
{
    const std::lock_guard lock(mutex_);
    std::erase(sockets_, socket);
    (void)::close(socket); // under the lock: its number must not be another's while request() runs
}

void DeliveryStop::shut_reading()
{
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_)
        (void)::shutdown(socket, SHUT_RD);
}

namespace {

struct UrlDeleter {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};

std::optional<std::string> part(CURLU* url, CURLUPart which)
{
    char* text = nullptr;
    if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return std::nullopt;
    std::string copy(text);
    curl_free(text);
    return copy;
}

struct Endpoint {
    std::string text; // "smtp://mail.example:587", for details
    bool is_smtps = false;
    bool is_loopback = false;
};

bool names_loopback(std::string host)
{
    if (host == "localhost") return true;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return !error && address.is_loopback();
}

Result<Endpoint> read_endpoint(const std::string& text)
{
    const auto wrong = [](std::string_view why) {
        return Error{Errc::invalid_argument, fmt::format("mail server: {}", why)};
    };
    const std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
        return wrong("not an address");
    const auto scheme = part(url.get(), CURLUPART_SCHEME);
    const auto host = part(url.get(), CURLUPART_HOST);
    if (!scheme || !host || (*scheme != "smtp" && *scheme != "smtps"))
        return wrong("its address begins with smtp:// or smtps://");
    if (part(url.get(), CURLUPART_USER) || part(url.get(), CURLUPART_PASSWORD))
        return wrong("user and password do not belong into its address");
    const auto port = part(url.get(), CURLUPART_PORT);
    return Endpoint{.text = *scheme + "://" + *host + (port ? ":" + *port : ""),
                    .is_smtps = *scheme == "smtps",
                    .is_loopback = names_loopback(*host)};
}

bool is_bare_address(std::string_view text)
{
    return !text.empty() && std::ranges::none_of(text, [](char c) {
        return (c >= '\0' && c <= ' ') || c == '<' || c == '>' || c == '\x7f';
    });
}

// One message on its way.
class Delivery {
public:
    Delivery(const MailServer& server, const MailMessage& message, const Endpoint& endpoint,
             const GuardPolicy& guard, DeliveryStop& stop)
        : server_(server), message_(message), endpoint_(endpoint), guard_(guard), stop_(stop),
          easy_(make_easy())
    {
        recipients_.add(message_.to);
        set_connection();
        set_message();
        set_tls();
    }

    Result<void> perform()
    {
        const auto code = curl_easy_perform(easy_.get());
        if (stop_.is_requested()) return Error{Errc::cancelled, "sending mail was stopped"};
        if (code == CURLE_OK) return {};
        if (!refused_address_.empty() && code == CURLE_COULDNT_CONNECT)
            return Error{Errc::refused, fmt::format("mail through {}: {} is in denied_networks",
                                                    endpoint_.text, refused_address_)};
        long reply = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &reply);
        auto error = to_error(code, "mail through " + endpoint_.text, text_.data());
        error.code = meaning(code, reply);
        return error;
    }

private:
    void set_connection()
    {
        auto* easy = easy_.get();
        const auto self = static_cast<void*>(this);
        set_option(easy, CURLOPT_NOSIGNAL, 1L);
        set_option(easy, CURLOPT_QUICK_EXIT, 1L);
        set_option(easy, CURLOPT_ERRORBUFFER, text_.data());
        set_option(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        set_option(easy, CURLOPT_PROXY, "");
        set_option(easy, CURLOPT_NOPROXY, "*");
        set_option(easy, CURLOPT_FORBID_REUSE, 1L);
        set_option(easy, CURLOPT_URL, server_.url.c_str());
        set_option(easy, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(std::chrono::milliseconds(server_.timeout).count()));
        set_option(easy, CURLOPT_NOPROGRESS, 0L);
        set_option(easy, CURLOPT_XFERINFOFUNCTION, &Delivery::on_progress);
        set_option(easy, CURLOPT_XFERINFODATA, self);
        set_option(easy, CURLOPT_OPENSOCKETFUNCTION, &Delivery::on_open_socket);
        set_option(easy, CURLOPT_OPENSOCKETDATA, self);
        set_option(easy, CURLOPT_CLOSESOCKETFUNCTION, &Delivery::on_close_socket);
        set_option(easy, CURLOPT_CLOSESOCKETDATA, self);
        set_option(easy, CURLOPT_VERBOSE, 1L);
        set_option(easy, CURLOPT_DEBUGFUNCTION, &Delivery::on_debug);
        set_option(easy, CURLOPT_DEBUGDATA, self);
    }

    void set_message()
    {
        auto* easy = easy_.get();
        if (!server_.user.empty()) {
            set_option(easy, CURLOPT_USERNAME, server_.user.c_str());
            set_option(easy, CURLOPT_PASSWORD, server_.password.c_str());
        }
        set_option(easy, CURLOPT_MAIL_FROM, message_.from.c_str());
        set_option(easy, CURLOPT_MAIL_RCPT, recipients_.get());
        set_option(easy, CURLOPT_UPLOAD, 1L);
        set_option(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message_.data.size()));
        set_option(easy, CURLOPT_READFUNCTION, &Delivery::on_read);
        set_option(easy, CURLOPT_READDATA, static_cast<void*>(this));
    }

    void set_tls()
    {
        auto* easy = easy_.get();
        const bool in_clear = endpoint_.is_loopback && !endpoint_.is_smtps && server_.ca_file.empty();
        set_option(easy, CURLOPT_USE_SSL, static_cast<long>(in_clear ? CURLUSESSL_NONE : CURLUSESSL_ALL));
        set_option(easy, CURLOPT_SSL_VERIFYPEER, 1L);
        set_option(easy, CURLOPT_SSL_VERIFYHOST, 2L);
        set_option(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (server_.ca_file.empty()) return;
        set_option(easy, CURLOPT_CAINFO, server_.ca_file.c_str());
        set_option(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }

    static Errc meaning(CURLcode code, long reply) noexcept
    {
        switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR: return Errc::refused;
        case CURLE_SSL_CACERT_BADFILE: return Errc::invalid_argument;
        case CURLE_USE_SSL_FAILED: return reply / 100 == 4 ? Errc::unreachable : Errc::refused;
        case CURLE_LOGIN_DENIED:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_WEIRD_SERVER_REPLY:
        case CURLE_REMOTE_ACCESS_DENIED:
            if (reply / 100 == 4) return Errc::unreachable;
            if (reply / 100 == 5) return Errc::refused;
            return errc_of(code);
        default: return errc_of(code);
        }
    }

    static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self)
    {
        auto& delivery = *static_cast<Delivery*>(self);
        const std::string_view rest = std::string_view(delivery.message_.data).substr(delivery.sent_);
        const auto taken = rest.substr(0, size * count);
        taken.copy(buffer, taken.size());
        delivery.sent_ += taken.size();
        return taken.size();
    }

    static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
    {
        return static_cast<Delivery*>(self)->stop_.is_requested() ? 1 : 0;
    }

    static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* peer)
    {
        auto& delivery = *static_cast<Delivery*>(self);
        auto& stop = delivery.stop_;
        if (stop.is_requested()) return CURL_SOCKET_BAD;
        if (const auto address = address_of(*peer); address && delivery.guard_.denies(*address)) {
            delivery.refused_address_ = address->to_string();
            return CURL_SOCKET_BAD;
        }
        const int socket =
            ::socket(peer->family, peer->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, peer->protocol);
        if (socket >= 0) stop.add(socket);
        return socket;
    }

    static int on_close_socket(void* self, curl_socket_t socket)
    {
        static_cast<Delivery*>(self)->stop_.remove(socket);
        return 0;
    }

    // libcurl 7.88 sends QUIT and then waits up to two minutes for the answer, which says nothing any more:
    // with the reading side shut it sees the end at once.
    static int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self)
    {
        if (type == CURLINFO_HEADER_OUT && std::string_view(data, size) == "QUIT\r\n")
            static_cast<Delivery*>(self)->stop_.shut_reading();
        return 0;
    }

    const MailServer& server_;
    const MailMessage& message_;
    const Endpoint& endpoint_;
    const GuardPolicy& guard_;
    DeliveryStop& stop_;
    LineList recipients_;
    std::array<char, CURL_ERROR_SIZE> text_{};
    std::size_t sent_ = 0;
    std::string refused_address_;
    EasyHandle easy_; // last: closing it still calls back
};

} // namespace

Result<void> deliver(const MailServer& server, const MailMessage& message, const GuardPolicy& guard,
                     DeliveryStop& stop)
{
    const auto endpoint = read_endpoint(server.url);
    if (!endpoint) return endpoint.error();
    if (!is_bare_address(message.from) || !is_bare_address(message.to))
        return Error{Errc::invalid_argument, "mail: sender or recipient is not a bare address"};
    if (stop.is_requested()) return Error{Errc::cancelled, "sending mail was stopped"};
    return Delivery(server, message, *endpoint, guard, stop).perform();
}

} // namespace stillwatch::net
