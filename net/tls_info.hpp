#pragma once

#include <memory>
#include <string>

namespace stillwatch::net {

// What was spoken on a TLS connection.
struct TlsInfo {
    std::string version;                                  // "tls/1.3"
    std::string cipher;                                   // IANA name
    std::string protocol;                                 // agreed by ALPN: "h2", "http/1.1"; empty: none
    std::shared_ptr<const std::string> certificate_chain; // PEM, the server's own certificate first
};

// Why the certificate of an open connection does not prove that `host` answered; empty when it does. `ssl` as
// below. For connections that were made without insisting.
std::string certificate_problem(void* ssl, const std::string& host);

// Reads an open connection; `ssl` is OpenSSL's SSL*. The chain is written once a connection and kept with it.
TlsInfo tls_info(void* ssl);

} // namespace stillwatch::net
