#include "net/smime.hpp"

#include "core/bytes.hpp"
#include "core/digest.hpp"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <limits>

namespace stillwatch::net {

namespace {

template <auto free_it>
struct Freed {
    template <class T>
    void operator()(T* raw) const noexcept
    {
        free_it(raw);
    }
};
void free_stack(STACK_OF(X509) * stack)
{
    sk_X509_free(stack); // borrows what it holds
}
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Certificates = std::unique_ptr<STACK_OF(X509), Freed<free_stack>>;
using Addresses = std::unique_ptr<STACK_OF(OPENSSL_STRING), Freed<X509_email_free>>;
using Message = std::unique_ptr<CMS_ContentInfo, Freed<CMS_ContentInfo_free>>;

Bio reading(std::string_view text)
{
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return {};
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Error refused(std::string_view what)
{
    ERR_clear_error();
    return {Errc::refused, "S/MIME: " + std::string(what)};
}

// Base64 in lines of 76 (RFC 2045 section 6.8).
std::string in_lines(const std::string& base64)
{
    constexpr std::size_t length = 76;
    std::string lines;
    for (std::size_t at = 0; at < base64.size(); at += length)
        lines += base64.substr(at, length) + "\r\n";
    return lines;
}

class SmimeCipher final : public MailCipher {
public:
    explicit SmimeCipher(Certificate certificate) : certificate_(std::move(certificate)) {}

    Result<std::string> seal(std::string_view entity) const override
    {
        if (X509_cmp_current_time(X509_get0_notAfter(certificate_.get())) <= 0)
            return refused("the certificate has expired");
        const Certificates recipients(sk_X509_new_null());
        const auto input = reading(entity);
        if (!recipients || !input || sk_X509_push(recipients.get(), certificate_.get()) <= 0)
            return refused("out of memory");
        const Message message(CMS_encrypt(recipients.get(), input.get(), EVP_aes_256_gcm(), CMS_BINARY));
        const Bio output(BIO_new(BIO_s_mem()));
        if (!message || !output || i2d_CMS_bio(output.get(), message.get()) != 1)
            return refused("the certificate's key cannot encrypt");
        char* bytes = nullptr;
        const auto size = BIO_get_mem_data(output.get(), &bytes);
        const auto der = as_bytes(std::string_view(bytes, static_cast<std::size_t>(size)));
        return "Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data; name=\"smime.p7m\"\r\n"
               "Content-Transfer-Encoding: base64\r\n"
               "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n" +
               in_lines(to_base64(der));
    }

private:
    Certificate certificate_;
};

} // namespace

Result<SmimeRecipient> smime_recipient(std::string_view certificate_pem)
{
    const auto input = reading(certificate_pem);
    Certificate certificate(input ? PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr) : nullptr);
    ERR_clear_error();
    if (!certificate) return Error{Errc::malformed, "S/MIME: no certificate in PEM"};
    SmimeRecipient recipient;
    const Addresses addresses(X509_get1_email(certificate.get()));
    for (int i = 0; addresses && i < sk_OPENSSL_STRING_num(addresses.get()); ++i) {
        std::string address(sk_OPENSSL_STRING_value(addresses.get(), i));
        for (auto& letter : address)
            if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        recipient.addresses.push_back(std::move(address));
    }
    if (recipient.addresses.empty())
        return Error{Errc::malformed, "S/MIME: the certificate names no mail address"};
    recipient.cipher = std::make_unique<SmimeCipher>(std::move(certificate));
    if (const auto tried = recipient.cipher->seal("Content-Type: text/plain\r\n\r\n\r\n"); !tried)
        recipient.trouble = tried.error().detail;
    return recipient;
}

} // namespace stillwatch::net
