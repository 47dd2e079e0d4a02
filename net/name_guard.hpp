#pragma once

#include "net/address_guard.hpp"

#include <string_view>

namespace stillwatch::net {

// Whether a proxy may be asked for this host, whose address we never see: public names of at least two
// labels, and addresses that `policy` allows. Refused are names of one machine or one network (localhost,
// .local, .internal and the like: RFC 6761, RFC 6762, RFC 8375, ICANN's name collisions) and what some
// resolvers read as an address (127.1, 0x7f.1).
bool is_public_name(std::string_view host, const GuardPolicy& policy);

} // namespace stillwatch::net
