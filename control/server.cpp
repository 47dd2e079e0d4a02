#include "control/server.hpp"

#include "core/log.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <optional>
#include <stdexcept>

namespace stillwatch::control {

namespace {

using Protocol = asio::local::stream_protocol;
constexpr std::chrono::milliseconds pause_after_failure{200};

// The user at the other end as the kernel knows it; nothing where it does not say.
std::optional<uid_t> user_of(Protocol::socket& socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    return peer.uid;
}

// A login name, or "uid-1000" where there is none.
std::string name_of_user(std::optional<uid_t> user)
{
    if (!user) return "unknown";
    std::string buffer(4096, '\0');
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(*user, &entry, buffer.data(), buffer.size(), &found) == 0 && found) return found->pw_name;
    return "uid-" + std::to_string(*user);
}

// Root, and the user whom the installation belongs to.
bool is_owner(std::optional<uid_t> user)
{
    return user && (*user == 0 || *user == geteuid());
}

Result<Command> too_long()
{
    return Error{Errc::too_large, "a command has at most " + std::to_string(max_line_bytes) + " bytes"};
}

Protocol::acceptor listen(asio::io_context& loop, const std::filesystem::path& file)
{
    // A socket left by a killed daemon; the store's lock already showed that no other daemon lives.
    std::error_code ignored;
    if (std::filesystem::is_socket(file, ignored)) std::filesystem::remove(file, ignored);
    try {
        const Protocol::endpoint endpoint(file.string());
        Protocol::acceptor acceptor(loop);
        acceptor.open(endpoint.protocol());
        const auto mask = umask(0117);
        boost::system::error_code error;
        acceptor.bind(endpoint, error);
        umask(mask);
        if (error) throw boost::system::system_error(error);
        acceptor.listen();
        return acceptor;
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("control socket " + file.string() + ": " + error.code().message());
    }
}

} // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
public:
    Impl(asio::io_context& loop, std::filesystem::path file, Handler handler, ServerLimits limits)
        : acceptor_(listen(loop, file)), file_(std::move(file)), handler_(std::move(handler)), limits_(limits)
    {
    }

    void start() { asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached); }

    void stop()
    {
        if (stopping_) return;
        stopping_ = true;
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        for (auto& connection : connections_)
            if (!connection->is_busy) connection->socket.close(ignored);
        ::unlink(file_.c_str());
    }

private:
    struct Connection {
        explicit Connection(Protocol::socket accepted)
            : socket(std::move(accepted)), timer(socket.get_executor()), user(user_of(socket))
        {
        }
        Protocol::socket socket;
        asio::steady_timer timer;
        std::optional<uid_t> user;
        bool is_busy = false; // a command runs or its answer is written
    };
    using Entry = std::shared_ptr<Connection>;

    // Closes the connection unless another time is set before, or it has ended.
    static void close_after(const Entry& entry, std::chrono::milliseconds patience)
    {
        entry->timer.expires_after(patience);
        entry->timer.async_wait([weak = std::weak_ptr(entry)](const boost::system::error_code& error) {
            const auto connection = weak.lock();
            if (error || !connection) return;
            // The time may have been set anew after this was queued.
            if (connection->timer.expiry() > std::chrono::steady_clock::now()) return;
            boost::system::error_code ignored;
            connection->socket.close(ignored);
        });
    }

    // Whether there is a place for it, made by ending a connection that has not asked anything, the oldest of
    // the same user first. Connections stand in the order in which they came.
    bool make_place(const Connection& fresh)
    {
        const auto ends_oldest = [this](auto is_meant) {
            const auto oldest = std::ranges::find_if(connections_, [&](const Entry& entry) {
                return !entry->is_busy && entry->socket.is_open() && is_meant(*entry);
            });
            if (oldest == connections_.end()) return false;
            boost::system::error_code ignored;
            (*oldest)->socket.close(ignored);
            return true;
        };
        const auto is_open = [](const Entry& entry) { return entry->socket.is_open(); };
        const auto of_user = [&](const Connection& other) { return other.user == fresh.user; };
        const auto users = std::ranges::count_if(
            connections_, [&](const Entry& entry) { return is_open(entry) && of_user(*entry); });
        if (static_cast<std::size_t>(users) >= limits_.of_a_user) return ends_oldest(of_user);
        if (is_owner(fresh.user)) return true;
        const auto is_shared = [](const Connection& other) { return !is_owner(other.user); };
        const auto all = std::ranges::count_if(
            connections_, [&](const Entry& entry) { return is_open(entry) && is_shared(*entry); });
        return static_cast<std::size_t>(all) < limits_.of_all || ends_oldest(is_shared);
    }

    // Keeps itself alive by `self`: the server may be gone when a command ends.
    static Task<> accept(std::shared_ptr<Impl> self)
    {
        for (;;) {
            boost::system::error_code error;
            auto token = asio::redirect_error(asio::use_awaitable, error);
            auto socket = co_await self->acceptor_.async_accept(token);
            if (self->stopping_ || error == asio::error::operation_aborted) co_return;
            if (error) {
                log::warn("control", "accept failed", {{"error", error.message()}});
                // What stands in the way, such as a lack of descriptors, is still there at once.
                asio::steady_timer pause(self->acceptor_.get_executor(), pause_after_failure);
                co_await pause.async_wait(token);
                continue;
            }
            auto entry = std::make_shared<Connection>(std::move(socket));
            if (!self->make_place(*entry)) {
                log::warn("control", "connection refused: too many", {{"user", name_of_user(entry->user)}});
                continue; // closed by the destructor
            }
            self->connections_.push_back(entry);
            asio::co_spawn(self->acceptor_.get_executor(), serve(self, entry), asio::detached);
        }
    }

    static Task<> serve(std::shared_ptr<Impl> self, Entry entry)
    {
        const cases::Peer peer{name_of_user(entry->user), is_owner(entry->user)};
        std::string buffer;
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        while (!self->stopping_) {
            close_after(entry, self->limits_.request);
            auto input = asio::dynamic_buffer(buffer, max_line_bytes);
            const auto size = co_await asio::async_read_until(entry->socket, input, '\n', token);
            const bool is_too_long = error == asio::error::not_found;
            if (error && !is_too_long) break;
            entry->is_busy = true;
            entry->timer.cancel(); // a command may take its time
            std::string reply;
            auto command =
                is_too_long ? too_long() : read_command(std::string_view(buffer).substr(0, size - 1));
            buffer.erase(0, size);
            if (command)
                reply = co_await answer(self, std::move(*command), peer);
            else
                reply = write_reply(command.error());
            reply += '\n';
            auto output = asio::buffer(reply);
            close_after(entry, self->limits_.reply);
            co_await asio::async_write(entry->socket, output, token);
            entry->is_busy = false;
            if (error || is_too_long) break; // where the next line would begin is unknown
        }
        entry->timer.cancel();
        self->connections_.remove(entry);
    }

    // What is thrown means a damaged database or a bug; the one who asked must not wait for an answer in
    // vain.
    static Task<std::string> answer(std::shared_ptr<Impl> self, Command command, cases::Peer peer)
    {
        const auto name = command.name;
        std::string thrown;
        try {
            const auto result = co_await self->handler_(std::move(command), std::move(peer));
            co_return write_reply(result);
        } catch (const std::exception& error) {
            thrown = error.what();
        }
        log::error("control", "command failed", {{"command", name}, {"error", thrown}});
        co_return write_reply(Error{Errc::io, thrown});
    }

    Protocol::acceptor acceptor_;
    std::filesystem::path file_;
    Handler handler_;
    ServerLimits limits_;
    std::list<Entry> connections_;
    bool stopping_ = false;
};

Server::Server(asio::io_context& loop, std::filesystem::path socket_file, Handler handler,
               ServerLimits limits)
    : impl_(std::make_shared<Impl>(loop, std::move(socket_file), std::move(handler), limits))
{
    impl_->start();
}

Server::~Server()
{
    impl_->stop();
}

void Server::stop()
{
    impl_->stop();
}

} // namespace stillwatch::control
