#include "net/tls_trust.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <stdexcept>

namespace stillwatch::net {

TlsTrust::TlsTrust(const std::string& extra_ca_file) : store_(X509_STORE_new())
{
    auto* store = static_cast<X509_STORE*>(store_.get());
    if (!store || X509_STORE_set_default_paths(store) != 1)
        throw std::runtime_error("cannot read the system's certificate authorities");
    if (!extra_ca_file.empty() && X509_STORE_load_file(store, extra_ca_file.c_str()) != 1)
        throw std::runtime_error("cannot read certificate authorities from " + extra_ca_file);
}

void TlsTrust::apply_to(void* ssl_context) const
{
    SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(ssl_context), static_cast<X509_STORE*>(store_.get()));
}

void TlsTrust::StoreDeleter::operator()(void* store) const noexcept
{
    X509_STORE_free(static_cast<X509_STORE*>(store));
}

} // namespace stillwatch::net
