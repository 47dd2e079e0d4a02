#include "vault/age.hpp"

#include "vault/age_format.hpp"
#include "vault/bech32.hpp"
#include "vault/mac.hpp"
#include "vault/random.hpp"
#include "vault/seal.hpp"
#include "vault/sodium.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

// The format is C2SP's age specification, version 1 (https://c2sp.org/age): recipient type X25519, header
// MAC, payload in chunks.
namespace stillwatch::vault {

namespace {

constexpr std::string_view recipient_prefix = "age";
constexpr std::string_view identity_prefix = "age-secret-key-";
constexpr std::size_t nonce_size = crypto_aead_chacha20poly1305_ietf_NPUBBYTES;

using Nonce = std::array<std::byte, nonce_size>;

std::string base64_without_padding(ByteView bytes)
{
    auto text = to_base64(bytes);
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

void encrypt(std::span<std::byte> out, ByteView clear, const Nonce& nonce, const SecretBytes& key)
{
    crypto_aead_chacha20poly1305_ietf_encrypt(raw_out(out), nullptr, raw(clear), clear.size(), nullptr, 0,
                                              nullptr, raw(nonce), raw(key.bytes()));
}

// The file key wrapped for one recipient: a stanza of two lines.
Result<std::string> stanza(const AgeRecipient& recipient, const SecretBytes& file_key)
{
    const auto ephemeral = make_key_pair();
    SecretBytes shared(crypto_scalarmult_BYTES);
    if (crypto_scalarmult(raw_out(shared.bytes()), raw(ephemeral.secret.bytes()), raw(recipient.key)) != 0)
        return Error{Errc::invalid_argument, "an age recipient of small order, which nobody can own"};
    Bytes salt(ephemeral.public_key.bytes.begin(), ephemeral.public_key.bytes.end());
    salt.insert(salt.end(), recipient.key.begin(), recipient.key.end());
    const auto wrap_key = hkdf_sha256(shared.bytes(), salt, "age-encryption.org/v1/X25519", 32);
    std::array<std::byte, file_key_size + tag_size> wrapped;
    encrypt(wrapped, file_key.bytes(), Nonce{}, wrap_key); // the key is used once, so a fixed nonce is right
    return fmt::format("-> X25519 {}\n{}\n", base64_without_padding(ephemeral.public_key.bytes),
                       base64_without_padding(wrapped));
}

Result<std::string> header(std::span<const AgeRecipient> recipients, const SecretBytes& file_key)
{
    std::string text = "age-encryption.org/v1\n";
    for (const auto& recipient : recipients) {
        const auto lines = stanza(recipient, file_key);
        if (!lines) return lines.error();
        text += *lines;
    }
    text += "---";
    const auto mac_key = hkdf_sha256(file_key.bytes(), {}, "header", 32);
    text += fmt::format(" {}\n", base64_without_padding(hmac_sha256(mac_key.bytes(), as_bytes(text))));
    return text;
}

} // namespace

Result<AgeRecipient> AgeRecipient::parse(std::string_view text)
{
    const auto decoded = decode_bech32(text);
    if (!decoded)
        return Error{Errc::invalid_argument, fmt::format("not an age recipient: {}", decoded.error().detail)};
    if (decoded->prefix == identity_prefix)
        return Error{Errc::invalid_argument,
                     "this is a secret age identity; give the recipient \"age1…\" instead"};
    if (decoded->prefix != recipient_prefix)
        return Error{Errc::invalid_argument, "not an age recipient: it must begin with \"age1\""};
    AgeRecipient recipient;
    if (decoded->data.size() != recipient.key.size())
        return Error{Errc::invalid_argument, "not an age recipient: it does not hold 32 bytes"};
    std::ranges::copy(decoded->data, recipient.key.begin());
    return recipient;
}

std::string AgeRecipient::text() const
{
    return encode_bech32(recipient_prefix, key);
}

AgeIdentity generate_age_identity()
{
    const auto pair = make_key_pair();
    auto text = encode_bech32(identity_prefix, pair.secret.bytes());
    AgeIdentity identity{AgeRecipient{pair.public_key.bytes}.text(), SecretBytes(text.size())};
    const auto upper = [](char c) {
        return static_cast<std::byte>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    };
    std::ranges::transform(text, identity.identity.bytes().begin(), upper);
    wipe(std::as_writable_bytes(std::span(text)));
    return identity;
}

Result<AgeWriter> AgeWriter::start(std::span<const AgeRecipient> recipients, Sink sink)
{
    if (recipients.empty()) return Error{Errc::invalid_argument, "no age recipient"};
    SecretBytes file_key(file_key_size);
    fill_random(file_key.bytes());
    const auto head = header(recipients, file_key);
    if (!head) return head.error();
    if (const auto written = sink(as_bytes(*head)); !written) return written.error();

    const auto nonce = random_bytes(16);
    if (const auto written = sink(nonce); !written) return written.error();
    return AgeWriter(hkdf_sha256(file_key.bytes(), nonce, "payload", 32), std::move(sink));
}

AgeWriter::AgeWriter(SecretBytes key, Sink sink)
    : key_(std::move(key)), chunk_(chunk_size), sink_(std::move(sink))
{
}

Result<void> AgeWriter::write(ByteView clear)
{
    while (!clear.empty()) {
        // A full chunk waits for the next byte: only then is it known not to be the last.
        if (filled_ == chunk_size)
            if (const auto written = seal_chunk(chunk_.bytes(), Place::inside); !written) return written;
        if (filled_ == 0 && clear.size() > chunk_size) { // whole and not the last: no copy is needed
            const auto written = seal_chunk(clear.first(chunk_size), Place::inside);
            if (!written) return written;
            clear = clear.subspan(chunk_size);
            continue;
        }
        const auto part = clear.first(std::min(clear.size(), chunk_size - filled_));
        std::ranges::copy(part, chunk_.bytes().subspan(filled_).begin());
        filled_ += part.size();
        clear = clear.subspan(part.size());
    }
    return {};
}

Result<void> AgeWriter::finish()
{
    return seal_chunk(chunk_.bytes().first(filled_), Place::last);
}

// Nonce of a chunk: 11 bytes of counter, most significant first, then 1 for the last chunk.
Result<void> AgeWriter::seal_chunk(ByteView clear, Place place)
{
    Nonce nonce{};
    for (std::size_t i = 0; i < 8; ++i)
        nonce[10 - i] = static_cast<std::byte>(counter_ >> (8U * i));
    nonce[11] = place == Place::last ? std::byte{1} : std::byte{0};
    sealed_.resize(clear.size() + tag_size);
    encrypt(sealed_, clear, nonce, key_);
    ++counter_;
    filled_ = 0;
    return sink_(sealed_);
}

} // namespace stillwatch::vault
