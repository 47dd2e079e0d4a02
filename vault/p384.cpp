#include "vault/p384.hpp"

#include "core/digest.hpp"
#include "vault/mac.hpp"
#include "vault/sodium.hpp"

#include <fmt/format.h>
#include <gmp.h>
#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/ecdsa.h>

#include <algorithm>

namespace stillwatch::vault {

namespace {

constexpr std::size_t coordinate_size = 48;

// What stands before the point in a SubjectPublicKeyInfo of this curve (RFC 5480): the sequences,
// id-ecPublicKey, secp384r1, the bit string, and 4 for a point that is not compressed.
constexpr std::array<unsigned char, 24> spki_head{0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                                  0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
                                                  0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04};

class Number {
public:
    Number() { mpz_init(value_); }
    explicit Number(ByteView big_endian) : Number()
    {
        nettle_mpz_set_str_256_u(value_, big_endian.size(),
                                 reinterpret_cast<const std::uint8_t*>(big_endian.data()));
    }
    ~Number() { mpz_clear(value_); }
    Number(const Number&) = delete;
    Number& operator=(const Number&) = delete;

    void write(std::span<std::byte> out) const
    {
        nettle_mpz_get_str_256(out.size(), reinterpret_cast<std::uint8_t*>(out.data()), value_);
    }
    mpz_ptr get() noexcept { return value_; }

private:
    mpz_t value_;
};

class Point {
public:
    Point() { ecc_point_init(&point_, nettle_get_secp_384r1()); }
    ~Point() { ecc_point_clear(&point_); }
    Point(const Point&) = delete;
    Point& operator=(const Point&) = delete;

    bool read(const P384VerifyKey& key)
    {
        Number x(ByteView(key.point).first(coordinate_size));
        Number y(ByteView(key.point).last(coordinate_size));
        return ecc_point_set(&point_, x.get(), y.get()) == 1;
    }
    ecc_point* get() noexcept { return &point_; }

private:
    ecc_point point_{};
};

class Scalar {
public:
    Scalar() { ecc_scalar_init(&scalar_, nettle_get_secp_384r1()); }
    ~Scalar() { ecc_scalar_clear(&scalar_); }
    Scalar(const Scalar&) = delete;
    Scalar& operator=(const Scalar&) = delete;

    bool read(ByteView big_endian)
    {
        Number value(big_endian);
        return ecc_scalar_set(&scalar_, value.get()) == 1;
    }
    ecc_scalar* get() noexcept { return &scalar_; }

private:
    ecc_scalar scalar_{};
};

class Signature {
public:
    Signature() { dsa_signature_init(&signature_); }
    ~Signature() { dsa_signature_clear(&signature_); }
    Signature(const Signature&) = delete;
    Signature& operator=(const Signature&) = delete;

    dsa_signature* get() noexcept { return &signature_; }

private:
    dsa_signature signature_{};
};

// The bytes that ECDSA takes its nonce from: a stream that only the owner of the key can know, another one
// for each message.
struct NonceStream {
    ByteView key;
    Sha256 message;
    int drawn = 0;

    static void draw(void* self, std::size_t size, std::uint8_t* out)
    {
        auto& stream = *static_cast<NonceStream*>(self);
        hkdf_sha256(stream.key, stream.message.bytes,
                    fmt::format("stillwatch p-384 nonce {}", stream.drawn++),
                    std::as_writable_bytes(std::span(out, size)));
    }
};

} // namespace

Result<P384VerifyKey> P384VerifyKey::from_spki(ByteView der)
{
    const auto head = std::as_bytes(std::span(spki_head));
    P384VerifyKey key;
    if (der.size() != head.size() + key.point.size() || !std::ranges::equal(der.first(head.size()), head))
        return Error{Errc::malformed, "no public key on the curve P-384"};
    std::ranges::copy(der.subspan(head.size()), key.point.begin());
    if (Point point; !point.read(key))
        return Error{Errc::malformed, "a point that is not on the curve P-384"};
    return key;
}

Bytes P384VerifyKey::spki() const
{
    const auto head = std::as_bytes(std::span(spki_head));
    Bytes der(head.size() + point.size());
    std::ranges::copy(point, std::ranges::copy(head, der.begin()).out);
    return der;
}

bool verify(const P384VerifyKey& key, ByteView message, ByteView signature)
{
    Point point;
    if (signature.size() != P384Signature().size() || !point.read(key)) return false;
    const auto digest = Sha256::of(message);
    Number r(signature.first(coordinate_size));
    Number s(signature.last(coordinate_size));
    Signature both;
    mpz_set(both.get()->r, r.get());
    mpz_set(both.get()->s, s.get());
    return ecdsa_verify(point.get(), digest.bytes.size(), raw(digest.bytes), both.get()) == 1;
}

P384SigningKey P384SigningKey::derive(ByteView seed)
{
    P384SigningKey key;
    Scalar scalar;
    // Nearly every 48 bytes are below the order of the curve; those that are not are drawn again.
    int drawn = 0;
    do {
        key.scalar_ = hkdf_sha256(seed, {}, fmt::format("stillwatch p-384 key {}", drawn++), coordinate_size);
    } while (!scalar.read(key.scalar_.bytes()));
    Point point;
    ecc_point_mul_g(point.get(), scalar.get());
    Number x;
    Number y;
    ecc_point_get(point.get(), x.get(), y.get());
    x.write(std::span(key.verify_key_.point).first(coordinate_size));
    y.write(std::span(key.verify_key_.point).last(coordinate_size));
    return key;
}

P384Signature P384SigningKey::sign(ByteView message) const
{
    Scalar scalar;
    scalar.read(scalar_.bytes());
    NonceStream nonces{scalar_.bytes(), Sha256::of(message)};
    Signature both;
    ecdsa_sign(scalar.get(), &nonces, NonceStream::draw, nonces.message.bytes.size(),
               raw(nonces.message.bytes), both.get());
    P384Signature signature{};
    nettle_mpz_get_str_256(coordinate_size, reinterpret_cast<std::uint8_t*>(signature.data()), both.get()->r);
    nettle_mpz_get_str_256(
        coordinate_size, reinterpret_cast<std::uint8_t*>(signature.data()) + coordinate_size, both.get()->s);
    return signature;
}

} // namespace stillwatch::vault
