#include "net/time_stamp.hpp"

#include "core/printable.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <ctime>
#include <limits>
#include <new>
#include <vector>

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
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Request = std::unique_ptr<TS_REQ, Freed<TS_REQ_free>>;
using Response = std::unique_ptr<TS_RESP, Freed<TS_RESP_free>>;
using Imprint = std::unique_ptr<TS_MSG_IMPRINT, Freed<TS_MSG_IMPRINT_free>>;
using Algorithm = std::unique_ptr<X509_ALGOR, Freed<X509_ALGOR_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Freed<ASN1_INTEGER_free>>;
using Context = std::unique_ptr<TS_VERIFY_CTX, Freed<TS_VERIFY_CTX_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;

void require(bool done)
{
    if (!done) throw std::bad_alloc();
}

const unsigned char* raw(ByteView bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

// OpenSSL's words for what failed last.
std::string reason()
{
    std::string text = "no reason is given";
    for (auto code = ERR_get_error(); code != 0; code = ERR_get_error())
        if (const auto* words = ERR_reason_error_string(code)) text = words;
    return text;
}

Error corrupt(std::string_view what)
{
    return Error{Errc::corrupt, fmt::format("time stamp: {}", what)};
}

} // namespace

struct TrustedRoots {
    std::vector<Certificate> certificates;
};

TimeStampQuery make_time_stamp_query(const Sha256& digest)
{
    const Request request(TS_REQ_new());
    const Imprint imprint(TS_MSG_IMPRINT_new());
    const Algorithm algorithm(X509_ALGOR_new());
    const Integer nonce(ASN1_INTEGER_new());
    require(request && imprint && algorithm && nonce);
    require(X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1);
    auto bytes = digest.bytes;
    std::uint64_t number = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) == 1);
    require(TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
            TS_MSG_IMPRINT_set_msg(imprint.get(), reinterpret_cast<unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size())) == 1 &&
            TS_REQ_set_version(request.get(), 1) == 1 &&
            TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1 &&
            ASN1_INTEGER_set_uint64(nonce.get(), number) == 1 &&
            TS_REQ_set_nonce(request.get(), nonce.get()) == 1 && TS_REQ_set_cert_req(request.get(), 1) == 1);
    unsigned char* der = nullptr;
    const int size = i2d_TS_REQ(request.get(), &der);
    require(size > 0);
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owned(
        der, [](unsigned char* memory) { OPENSSL_free(memory); });
    const auto view = std::as_bytes(std::span(der, static_cast<std::size_t>(size)));
    return {Bytes(view.begin(), view.end())};
}

Result<TimeStampRoots> TimeStampRoots::from_pem(std::string_view pem)
{
    if (pem.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return Error{Errc::malformed, "certificates of time authorities: too long"};
    const Bio input(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    require(input != nullptr);
    auto trusted = std::make_shared<TrustedRoots>();
    for (;;) {
        Certificate certificate(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr));
        if (!certificate) break;
        trusted->certificates.push_back(std::move(certificate));
    }
    ERR_clear_error();
    if (trusted->certificates.empty())
        return Error{Errc::malformed, "certificates of time authorities: no certificate in PEM"};
    TimeStampRoots roots;
    roots.roots_ = std::move(trusted);
    return roots;
}

namespace {

// Roots and the moment at which a chain must have held: that of the stamp, so that it holds for ever.
Store store_of(const TrustedRoots& roots, std::time_t at)
{
    Store store(X509_STORE_new());
    require(store != nullptr);
    for (const auto& certificate : roots.certificates)
        require(X509_STORE_add_cert(store.get(), certificate.get()) == 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), at);
    return store;
}

Context context_of(const Sha256& digest, const TimeStampQuery* query)
{
    if (query) {
        const auto* at = raw(query->der);
        const Request request(d2i_TS_REQ(nullptr, &at, static_cast<long>(query->der.size())));
        return Context(request ? TS_REQ_to_TS_VERIFY_CTX(request.get(), nullptr) : nullptr);
    }
    Context context(TS_VERIFY_CTX_new());
    require(context != nullptr);
    // The context frees what it is given.
    auto* copy = static_cast<unsigned char*>(OPENSSL_memdup(digest.bytes.data(), digest.bytes.size()));
    require(copy != nullptr);
    TS_VERIFY_CTX_set_imprint(context.get(), copy, static_cast<long>(digest.bytes.size()));
    TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_IMPRINT);
    return context;
}

std::optional<std::time_t> time_of(const TS_TST_INFO& info)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(&info), &parts) != 1) return std::nullopt;
    return timegm(&parts);
}

std::string serial_of(const TS_TST_INFO& info)
{
    const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
        ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(&info), nullptr));
    const std::unique_ptr<char, void (*)(char*)> text(number ? BN_bn2hex(number.get()) : nullptr,
                                                      [](char* memory) { OPENSSL_free(memory); });
    return text ? text.get() : "";
}

std::string policy_of(TS_TST_INFO& info)
{
    std::array<char, 128> text{};
    OBJ_obj2txt(text.data(), static_cast<int>(text.size()), TS_TST_INFO_get_policy_id(&info), 1);
    return text.data();
}

std::string signer_of(PKCS7& token)
{
    const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> signers(
        PKCS7_get0_signers(&token, nullptr, 0), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
    if (!signers || sk_X509_num(signers.get()) != 1) return {};
    const Bio out(BIO_new(BIO_s_mem()));
    require(out != nullptr);
    X509_NAME_print_ex(out.get(), X509_get_subject_name(sk_X509_value(signers.get(), 0)), 0, XN_FLAG_RFC2253);
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

// Nothing where the authority granted the stamp.
std::optional<Error> refusal_of(TS_RESP& response)
{
    const auto* status = TS_RESP_get_status_info(&response);
    const auto code = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
    if (code == TS_STATUS_GRANTED || code == TS_STATUS_GRANTED_WITH_MODS) return std::nullopt;
    std::string words;
    const auto* texts = TS_STATUS_INFO_get0_text(status);
    for (int i = 0; texts && i < sk_ASN1_UTF8STRING_num(texts); ++i) {
        const auto* text = sk_ASN1_UTF8STRING_value(texts, i);
        words +=
            fmt::format(" {}", std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                                static_cast<std::size_t>(ASN1_STRING_length(text))));
    }
    constexpr std::size_t longest_words = 200;
    return Error{Errc::refused, fmt::format("time stamp: refused with status {}{}", code,
                                            printable(std::string_view(words).substr(0, longest_words)))};
}

} // namespace

Result<TimeStamp> check_time_stamp(ByteView reply, const Sha256& digest, const TimeStampRoots& roots,
                                   const TimeStampQuery* query)
{
    ERR_clear_error();
    const auto* at = raw(reply);
    const Response response(d2i_TS_RESP(nullptr, &at, static_cast<long>(reply.size())));
    ERR_clear_error();
    if (!response || at != raw(reply) + reply.size())
        return Error{Errc::malformed, "time stamp: the answer is no TimeStampResp"};
    if (auto refusal = refusal_of(*response)) return *std::move(refusal);
    auto* info = TS_RESP_get_tst_info(response.get());
    auto* token = TS_RESP_get_token(response.get());
    if (!info || !token) return corrupt("granted, and no token came");
    const auto stamped = time_of(*info);
    if (!stamped) return corrupt("its time is none");
    const auto context = context_of(digest, query);
    if (!context) return corrupt("the query is none");
    TS_VERIFY_CTX_set_store(context.get(), store_of(roots.trusted(), *stamped).release());
    TS_VERIFY_CTX_add_flags(context.get(), TS_VFY_SIGNATURE);
    if (TS_RESP_verify_response(context.get(), response.get()) != 1) return corrupt(reason());
    // Of another digest than the query's, should the caller have mixed them up.
    const auto* imprint = TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(info));
    const auto view = std::as_bytes(
        std::span(ASN1_STRING_get0_data(imprint), static_cast<std::size_t>(ASN1_STRING_length(imprint))));
    if (!std::ranges::equal(view, digest.bytes)) return corrupt("message imprint mismatch");
    return TimeStamp{Timestamp(std::chrono::seconds(*stamped)), signer_of(*token), serial_of(*info),
                     policy_of(*info)};
}

} // namespace stillwatch::net
