#include "net/own_addresses.hpp"

#include <boost/asio/ip/udp.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>

namespace stillwatch::net {

namespace ip = boost::asio::ip;

namespace {

class Socket {
public:
    explicit Socket(int family) : number_(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket()
    {
        if (number_ >= 0) (void)::close(number_);
    }
    int number() const noexcept { return number_; }

private:
    int number_;
};

} // namespace

bool is_own_address(const ip::address& address)
{
    constexpr std::uint16_t any_port = 9; // discard, RFC 863; nothing is sent there
    ip::udp::endpoint peer(address, any_port);
    const Socket socket(peer.protocol().family());
    // An address without a way to it is no interface's either.
    if (socket.number() < 0 ||
        ::connect(socket.number(), peer.data(), static_cast<socklen_t>(peer.size())) != 0)
        return false;
    ip::udp::endpoint own;
    auto size = static_cast<socklen_t>(own.capacity());
    if (::getsockname(socket.number(), own.data(), &size) != 0) return false;
    own.resize(size);
    if (address.is_v6() && own.address().is_v6())
        return own.address().to_v6().to_bytes() == address.to_v6().to_bytes(); // whatever the scope
    return own.address() == address;
}

} // namespace stillwatch::net
