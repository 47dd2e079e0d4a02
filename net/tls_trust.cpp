#include "net/tls_trust.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <stdexcept>

namespace stillwatch::net {

TlsTrust::TlsTrust(const std::string& extra_ca_file) : store_(X509_STORE_new())
{
    auto* store = static_cast<X509_STORE*>(store_.get());
    if (!store) throw std::runtime_error("no memory for certificate authorities");
    if (!extra_ca_file.empty() && X509_STORE_load_file(store, extra_ca_file.c_str()) != 1)
        throw std::runtime_error("cannot read certificate authorities from " + extra_ca_file);
}

bool TlsTrust::apply_to(void* ssl_context) const
{
    auto* store = static_cast<X509_STORE*>(store_.get());
    std::call_once(read_system_, [&] { has_system_ = X509_STORE_set_default_paths(store) == 1; });
    if (!has_system_) return false;
    SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(ssl_context), store);
    return true;
}

void TlsTrust::StoreDeleter::operator()(void* store) const noexcept
{
    X509_STORE_free(static_cast<X509_STORE*>(store));
}

} // namespace stillwatch::net
