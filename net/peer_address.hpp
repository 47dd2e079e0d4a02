#pragma once

#include <boost/asio/ip/address.hpp>
#include <curl/curl.h>

#include <optional>

// Only sources of net/ include this header.
namespace stillwatch::net {

// Whom libcurl is about to connect to; nothing for other families than IPv4 and IPv6.
std::optional<boost::asio::ip::address> address_of(const curl_sockaddr& peer);

} // namespace stillwatch::net
