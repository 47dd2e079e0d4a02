#pragma once

#include <boost/asio/ip/address.hpp>

namespace stillwatch::net {

// Whether an interface of this machine has the address, now. Asks the kernel which source address it would
// choose towards it, which is the address itself then; sends nothing, keeps nothing, and needs no list of
// interfaces that might be old. Of loopback addresses only the one of the interface counts. Any thread.
bool is_own_address(const boost::asio::ip::address& address);

} // namespace stillwatch::net
