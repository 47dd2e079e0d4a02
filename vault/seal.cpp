#include "vault/seal.hpp"

#include "core/digest.hpp"
#include "vault/sodium.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace stillwatch::vault {

namespace {

// The clear text begins with the digest of its context: fixed length, so the two cannot run together.
constexpr std::size_t context_size = sizeof(Sha256::bytes);
static_assert(crypto_box_SEALBYTES + context_size == 80, "the header promises 80 bytes");
static_assert(crypto_box_PUBLICKEYBYTES == 32 && crypto_box_SECRETKEYBYTES == 32);

} // namespace

KeyPair make_key_pair()
{
    require_sodium();
    KeyPair pair{{}, SecretBytes(crypto_box_SECRETKEYBYTES)};
    crypto_box_keypair(raw_out(pair.public_key.bytes), raw_out(pair.secret.bytes()));
    return pair;
}

Result<KeyPair> key_pair_of(SecretBytes secret)
{
    if (secret.size() != crypto_box_SECRETKEYBYTES)
        return Error{Errc::corrupt, fmt::format("a secret key of {} bytes instead of 32", secret.size())};
    require_sodium();
    KeyPair pair{{}, std::move(secret)};
    crypto_scalarmult_base(raw_out(pair.public_key.bytes), raw(pair.secret.bytes()));
    return pair;
}

Bytes seal(const PublicKey& to, std::string_view context, ByteView clear)
{
    require_sodium();
    SecretBytes inner(context_size + clear.size());
    std::ranges::copy(Sha256::of(as_bytes(context)).bytes, inner.bytes().begin());
    std::ranges::copy(clear, inner.bytes().subspan(context_size).begin());
    Bytes sealed(crypto_box_SEALBYTES + inner.size());
    // Fails for a public key of small order only, which is no key that anyone owns.
    if (crypto_box_seal(raw_out(sealed), raw(inner.bytes()), inner.size(), raw(to.bytes)) != 0)
        throw std::runtime_error("cannot seal to a public key of small order");
    return sealed;
}

Result<SecretBytes> open(const KeyPair& key, std::string_view context, ByteView sealed)
{
    const Error not_opened{Errc::corrupt,
                           fmt::format("sealed {} does not open: another key or changed bytes", context)};
    if (sealed.size() < crypto_box_SEALBYTES + context_size) return not_opened;
    require_sodium();
    SecretBytes inner(sealed.size() - crypto_box_SEALBYTES);
    if (crypto_box_seal_open(raw_out(inner.bytes()), raw(sealed), sealed.size(), raw(key.public_key.bytes),
                             raw(key.secret.bytes())) != 0)
        return not_opened;
    const auto expected = Sha256::of(as_bytes(context));
    if (sodium_memcmp(inner.bytes().data(), expected.bytes.data(), context_size) != 0)
        return Error{Errc::corrupt, fmt::format("sealed {} was sealed as something else", context)};
    return SecretBytes::copy_of(inner.bytes().subspan(context_size));
}

} // namespace stillwatch::vault
