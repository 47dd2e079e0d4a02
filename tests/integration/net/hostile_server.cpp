#include "hostile_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <sstream>

namespace stillwatch::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// What is sent word for word; the connection stays open for the next request.
const std::map<std::string_view, std::string_view> polite{
    {"/ok", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Case: Kept\r\n\r\nhello"},
    {"/once", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nonce"}, // the second request gets a reset
    {"/empty", "HTTP/1.1 204 No Content\r\n\r\n"},
    {"/redirect", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 2\r\n\r\ngo"},
    {"/interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                 "5\r\nhello\r\n6;note=1\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n"},
    {"/framed/list",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
    {"/framed/doubled", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "5\r\nhello\r\n0\r\n\r\n"},
    {"/framed/case", "HTTP/1.1 200 OK\r\ntransfer-ENCODING:CHUNKED \t\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
    {"/framed/bare-lf", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n"},
    {"/framed/extension",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 x;a=b\r\nhello\r\n0000 \r\nA: b\r\n\r\n"},
    {"/framed/both",
     "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
    {"/framed/http10", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
    {"/gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n\x1f\x8b\x08not-zip"},
    {"/second-status", "HTTP/1.1 404 Not Found\r\nHTTP/1.1 200 OK: x\r\nContent-Length: 5\r\n\r\nhello"},
    {"/second-status-interim", "HTTP/1.1 103 Early Hints\r\nHTTP/1.1 200: x\r\n\r\n"
                               "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello"},
    {"/second-status-trailer", "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "5\r\nhello\r\n0\r\nHTTP/1.1 200 OK: x\r\n\r\n"},
    {"/odd-head",
     "HTTP/1.1  404  Not  here\nContent-Length : 5\nX-Fold: a\n\t b\n  HTTP/1.1 200 OK: c\n\nhello"},
    {"/odd-end", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\rX-After: 1\nhello"},
    {"/small-letters", "http/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello"},
    {"/says-http2", "HTTP/2 404 \r\nContent-Length: 5\r\n\r\nhello"},
    {"/same-lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"},
};

// What is sent word for word before the connection is closed.
const std::map<std::string_view, std::string_view> rude{
    {"/two-lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello1234"},
    {"/short-body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"},
    {"/short-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n64\r\n0123"},
    {"/broken-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n0123"},
    {"/no-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x89PNG and so on"},
    {"/short-head", "HTTP/1.1 200 OK\r\nContent-Ty"},
    {"/until-close", "HTTP/1.1 200 OK\r\n\r\nall of it"},
    {"/http10", "HTTP/1.0 200 OK\r\n\r\nold"},
    {"/not-http", "SSH-2.0-OpenSSH_9.2\r\n"},
    {"/http09", "<html>no head at all</html>"},
    {"/bad-status", "HTTP/1.1 two hundred\r\n\r\n"},
    {"/surplus",
     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"},
    {"/hang-up", ""},
};

// "endless" parts: what is sent first, what is repeated, and the pause between two repetitions.
struct Endless {
    std::string_view first;
    std::string part;
    int pause_ms;
};
const std::map<std::string_view, Endless> endless{
    {"/silence", {"", "", 50}},
    {"/slow-head", {"HTTP/1.1 200 OK\r\n", "x", 50}},
    {"/slow-head-lines", {"HTTP/1.1 200 OK\r\n", "a: b\r\n", 50}},
    {"/slow-body", {"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "x", 50}},
    {"/endless", {"HTTP/1.1 200 OK\r\n\r\n", std::string(10'000, 'e'), 0}},
    {"/endless-chunked",
     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3e8\r\n" + std::string(1000, 'c') + "\r\n",
      0}},
    {"/endless-headers", {"HTTP/1.1 200 OK\r\n", "X-More: " + std::string(1000, 'h') + "\r\n", 0}},
    {"/many-headers", {"HTTP/1.1 200 OK\r\n", "a: b\r\n", 0}},
    {"/huge-header", {"HTTP/1.1 200 OK\r\nX-Long: ", std::string(10'000, 'l'), 0}},
    {"/endless-103", {"", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0}},
};

std::string to_chunk(const std::string& data)
{
    std::ostringstream size;
    size << std::hex << data.size();
    return data.empty() ? "" : size.str() + "\r\n" + data + "\r\n";
}

} // namespace

HostileServer::HostileServer()
    : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}), port_(acceptor_.local_endpoint().port()),
      acceptor_thread_([this] { accept(); })
{
}

HostileServer::~HostileServer()
{
    stopping_ = true;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    acceptor_thread_.join();
    for (auto& socket : sockets_)
        shut(*socket);
    for (auto& thread : threads_)
        thread.join();
}

std::string HostileServer::url(std::string_view path) const
{
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

std::vector<std::string> HostileServer::requests() const
{
    const std::lock_guard lock(mutex_);
    return requests_;
}

void HostileServer::accept()
{
    while (!stopping_) {
        error_code error;
        auto socket = std::make_shared<Socket>(acceptor_.accept(error));
        if (error) continue;
        ++connections_;
        sockets_.push_back(socket);
        threads_.emplace_back([this, socket] { serve(*socket); });
    }
}

void HostileServer::serve(Socket& socket)
{
    std::string input;
    for (int before = 0; !stopping_; ++before) {
        error_code error;
        const auto size = asio::read_until(socket, asio::dynamic_buffer(input), "\r\n\r\n", error);
        if (error) return;
        const auto head = input.substr(0, size);
        input.erase(0, size);
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(head);
        }
        const auto begin = head.find(' ') + 1;
        const std::string path = head.substr(begin, head.find(' ', begin) - begin);
        if (!answer(socket, head, path, before)) break;
    }
    // Only shut: the descriptor stays ours until the server ends, so that its number is not another's.
    shut(socket);
}

// "/ok" with a reset after so many bytes, or whole.
bool HostileServer::break_off(Socket& socket, std::size_t sent_bytes)
{
    error_code ignored;
    const auto whole = polite.at("/ok");
    asio::write(socket, asio::buffer(whole.substr(0, sent_bytes)), ignored);
    if (sent_bytes < whole.size()) reset(socket);
    return sent_bytes >= whole.size();
}

// So many bytes, with a length or in chunks.
void HostileServer::send_large(Socket& socket, std::size_t bytes, bool in_chunks)
{
    error_code ignored; // the client may have gone
    const std::string part(std::size_t{1} << 16U, 'l');
    asio::write(socket,
                asio::buffer("HTTP/1.1 200 OK\r\n" +
                             (in_chunks ? "Transfer-Encoding: chunked\r\n\r\n"
                                        : "Content-Length: " + std::to_string(bytes) + "\r\n\r\n")),
                ignored);
    for (std::size_t sent = 0; sent < bytes && !ignored; sent += part.size()) {
        const auto now = std::min(part.size(), bytes - sent);
        auto text = part.substr(0, now);
        if (in_chunks) text = "0000001\r\nl\r\n" + to_chunk(text.substr(1));
        asio::write(socket, asio::buffer(text), ignored);
    }
    if (in_chunks) asio::write(socket, asio::buffer(std::string_view("0\r\n\r\n")), ignored);
}

// Whether the connection is kept for another request.
bool HostileServer::answer(Socket& socket, const std::string& head, std::string_view path,
                           int requests_before)
{
    error_code ignored; // the client may have gone, and that is fine
    if (path == "/once" && requests_before > 0) {
        reset(socket);
        return false;
    }
    if (path.starts_with("/break-off/"))
        return break_off(socket,
                         std::stoul(std::string(path.substr(std::string_view("/break-off/").size()))));
    for (const std::string_view large : {"/large/", "/large-chunked/"})
        if (path.starts_with(large)) {
            send_large(socket, std::stoul(std::string(path.substr(large.size()))), large != "/large/");
            return true;
        }
    if (path.starts_with("/echo")) {
        const auto text =
            "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(head.size()) + "\r\n\r\n" + head;
        asio::write(socket, asio::buffer(text), ignored);
        return true;
    }
    if (const auto found = polite.find(path); found != polite.end()) {
        auto text = found->second;
        if (head.starts_with("HEAD ")) text = text.substr(0, text.find("\r\n\r\n") + 4);
        asio::write(socket, asio::buffer(text), ignored);
        return true;
    }
    return misbehave(socket, path);
}

bool HostileServer::misbehave(Socket& socket, std::string_view path)
{
    error_code ignored;
    if (const auto found = rude.find(path); found != rude.end()) {
        asio::write(socket, asio::buffer(found->second), ignored);
    } else if (const auto without_end = endless.find(path); without_end != endless.end()) {
        asio::write(socket, asio::buffer(without_end->second.first), ignored);
        send_for_ever(socket, without_end->second.part, without_end->second.pause_ms);
    } else if (path == "/reset-body" || path == "/reset") {
        using namespace std::string_view_literals;
        const auto text =
            path == "/reset" ? ""sv : "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"sv;
        asio::write(socket, asio::buffer(text), ignored);
        std::this_thread::sleep_for(std::chrono::milliseconds(50)); // a reset overtakes what was not read yet
        reset(socket);
    } else if (path == "/nul") {
        using namespace std::string_view_literals;
        asio::write(socket, asio::buffer("HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok"sv),
                    ignored);
    } else {
        asio::write(socket,
                    asio::buffer(std::string_view("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")),
                    ignored);
    }
    return false;
}

void HostileServer::shut(Socket& socket)
{
    const std::lock_guard lock(mutex_);
    if (socket.is_open()) ::shutdown(socket.native_handle(), SHUT_RDWR);
}

void HostileServer::reset(Socket& socket)
{
    const std::lock_guard lock(mutex_);
    error_code ignored; // the client may have gone first
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

void HostileServer::send_for_ever(Socket& socket, std::string_view part, int pause_ms)
{
    error_code error;
    while (!stopping_ && !error) {
        if (!part.empty()) asio::write(socket, asio::buffer(part), error);
        if (pause_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
    }
}

} // namespace stillwatch::net
