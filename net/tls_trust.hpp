#pragma once

#include <memory>
#include <mutex>
#include <string>

namespace stillwatch::net {

// The certificate authorities we believe: the system's, and those of one more PEM file. Read once and shared
// by all connections; libcurl by itself reads its bundle again and again. The system's are read when the
// first connection needs them (20 ms).
class TlsTrust {
public:
    // An empty name adds nothing. Throws std::runtime_error when the file holds no readable certificate.
    explicit TlsTrust(const std::string& extra_ca_file);

    // Makes an SSL_CTX* of OpenSSL check against these authorities. False where they cannot be read.
    bool apply_to(void* ssl_context) const;

private:
    struct StoreDeleter {
        void operator()(void* store) const noexcept;
    };
    std::unique_ptr<void, StoreDeleter> store_; // X509_STORE
    mutable std::once_flag read_system_;
    mutable bool has_system_ = false;
};

} // namespace stillwatch::net
