#pragma once

#include "core/fetch.hpp"
#include "net/address_guard.hpp"

#include <cstddef>
#include <string>

namespace stillwatch::net {

// What all requests of one HttpClient share.
struct HttpSettings {
    std::string user_agent{};
    GuardPolicy guard{};
    std::string ca_file{};             // PEM with authorities beside the system's; empty: none
    std::size_t max_connections = 256; // kept open for reuse; at least four times the requests in flight

    Route route{};

    friend bool operator==(const HttpSettings&, const HttpSettings&) = default;
};

} // namespace stillwatch::net
