#include "net/peer_address.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include <netinet/in.h>

namespace stillwatch::net {

std::optional<boost::asio::ip::address> address_of(const curl_sockaddr& peer)
{
    if (peer.family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &peer.addr, sizeof v4);
        return boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (peer.family == AF_INET6) {
        // curl_sockaddr declares room for a plain sockaddr and is followed by the rest of the address.
        sockaddr_in6 v6{};
        std::memcpy(&v6, static_cast<const void*>(&peer.addr),
                    std::min<std::size_t>(peer.addrlen, sizeof v6));
        boost::asio::ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return boost::asio::ip::address_v6(bytes);
    }
    return std::nullopt;
}

} // namespace stillwatch::net
