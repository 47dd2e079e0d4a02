#include "net/tls_info.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace stillwatch::net {

namespace {

using Chain = std::shared_ptr<const std::string>;

struct BioDeleter {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};

// The slot of every SSL object in which its chain is kept; OpenSSL frees it with the object.
int chain_slot()
{
    static const int slot = SSL_get_ex_new_index(
        0, nullptr, nullptr, nullptr,
        [](void*, void* data, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Chain*>(data); });
    return slot;
}

std::string version_name(const SSL* ssl)
{
    switch (SSL_version(ssl)) {
    case TLS1_VERSION: return "tls/1.0";
    case TLS1_1_VERSION: return "tls/1.1";
    case TLS1_2_VERSION: return "tls/1.2";
    case TLS1_3_VERSION: return "tls/1.3";
    default: return SSL_get_version(ssl);
    }
}

std::string to_pem(const SSL* ssl)
{
    const std::unique_ptr<BIO, BioDeleter> memory(BIO_new(BIO_s_mem()));
    if (!memory) return {};
    if (STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl)) {
        for (int i = 0; i < sk_X509_num(chain); ++i)
            PEM_write_bio_X509(memory.get(), sk_X509_value(chain, i));
    } else if (X509* own = SSL_get0_peer_certificate(ssl)) {
        PEM_write_bio_X509(memory.get(), own); // a resumed session may keep no more than this
    }
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Chain chain_of(SSL* ssl)
{
    if (const auto* kept = static_cast<const Chain*>(SSL_get_ex_data(ssl, chain_slot()))) return *kept;
    auto chain = std::make_shared<const std::string>(to_pem(ssl));
    auto kept = std::make_unique<Chain>(chain);
    if (SSL_set_ex_data(ssl, chain_slot(), kept.get()) == 1) (void)kept.release(); // now the SSL object's
    return chain;
}

} // namespace

std::string certificate_problem(void* handle, const std::string& host)
{
    auto* ssl = static_cast<SSL*>(handle);
    X509* own = SSL_get0_peer_certificate(ssl);
    if (!own) return "the server showed no certificate";
    if (const long result = SSL_get_verify_result(ssl); result != X509_V_OK)
        return X509_verify_cert_error_string(result);
    const bool is_v6 = host.starts_with('[');
    const auto name = is_v6 ? host.substr(1, host.size() - 2) : host;
    if (X509_check_host(own, name.c_str(), name.size(), 0, nullptr) == 1) return {};
    if (X509_check_ip_asc(own, name.c_str(), 0) == 1) return {};
    return "the certificate is of another host";
}

TlsInfo tls_info(void* handle)
{
    auto* ssl = static_cast<SSL*>(handle);
    TlsInfo info{
        .version = version_name(ssl), .cipher = {}, .protocol = {}, .certificate_chain = chain_of(ssl)};
    const unsigned char* protocol = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &length);
    if (protocol) info.protocol.assign(reinterpret_cast<const char*>(protocol), length);
    if (const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl))
        info.cipher = SSL_CIPHER_standard_name(cipher);
    return info;
}

} // namespace stillwatch::net
