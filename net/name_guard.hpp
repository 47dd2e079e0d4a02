#pragma once

#include "net/address_guard.hpp"

#include <string_view>

namespace stillwatch::net {

// Whether a proxy may be asked for this host, whose address we never see: onion services, which no other way
// leads to; addresses that `policy` allows; and, where the proxy `resolves_names`, public names of at least
// two labels. Such a name may still lead the proxy to an address inside its own network: whoever lets it
// resolve names answers for that. Refused are names of one machine or one network (localhost, .local,
// .internal and the like: RFC 6761, RFC 6762, RFC 8375, ICANN's name collisions) and what some resolvers read
// as an address (127.1, 0x7f.1).
bool may_ask_proxy(std::string_view host, const GuardPolicy& policy, bool resolves_names);

} // namespace stillwatch::net
