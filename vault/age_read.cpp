#include "vault/age_read.hpp"

#include "vault/age_format.hpp"
#include "vault/bech32.hpp"
#include "vault/mac.hpp"
#include "vault/sodium.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>

// The format is C2SP's age specification, version 1 (https://c2sp.org/age): recipient type X25519, header
// MAC, payload in chunks.
namespace stillwatch::vault {

namespace {

constexpr std::string_view first_line = "age-encryption.org/v1\n";
constexpr std::size_t max_header_bytes = 64U << 10U;
constexpr std::size_t chunk_size = 64U << 10U;
constexpr std::size_t body_columns = 64;

using Nonce = std::array<std::byte, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

bool decrypt(std::span<std::byte> out, ByteView sealed, const Nonce& nonce, ByteView key)
{
    return crypto_aead_chacha20poly1305_ietf_decrypt(raw_out(out), nullptr, nullptr, raw(sealed),
                                                     sealed.size(), nullptr, 0, raw(nonce), raw(key)) == 0;
}

std::optional<Bytes> from_base64_without_padding(std::string_view text)
{
    std::string padded(text);
    if (padded.find('=') != std::string::npos) return std::nullopt;
    padded.append((4 - padded.size() % 4) % 4, '=');
    return from_base64(padded);
}

struct Stanza {
    std::string_view arguments; // behind "-> "
    Bytes body;
};

struct Header {
    std::vector<Stanza> stanzas;
    ByteView authenticated; // up to and with "---"
    Bytes mac;
    ByteView payload;
};

Error malformed()
{
    return Error{Errc::malformed, "not an age file"};
}

Result<Header> read_header(ByteView sealed)
{
    const auto text = as_text(sealed.first(std::min(sealed.size(), max_header_bytes)));
    if (!text.starts_with(first_line)) return malformed();
    Header header;
    std::size_t at = first_line.size();
    const auto line = [&]() -> std::optional<std::string_view> {
        const auto end = text.find('\n', at);
        if (end == std::string_view::npos) return std::nullopt;
        const auto found = text.substr(at, end - at);
        at = end + 1;
        return found;
    };
    for (;;) {
        const auto begin = at;
        const auto first = line();
        if (!first) return malformed();
        if (first->starts_with("--- ")) {
            auto mac = from_base64_without_padding(first->substr(4));
            if (!mac || mac->size() != 32) return malformed();
            header.mac = std::move(*mac);
            header.authenticated = sealed.first(begin + 3);
            header.payload = sealed.subspan(at);
            return header;
        }
        if (!first->starts_with("-> ")) return malformed();
        std::string body;
        for (bool is_last = false; !is_last;) {
            const auto part = line();
            if (!part || part->size() > body_columns) return malformed();
            body += *part;
            is_last = part->size() < body_columns;
        }
        auto bytes = from_base64_without_padding(body);
        if (!bytes) return malformed();
        header.stanzas.push_back({first->substr(3), std::move(*bytes)});
    }
}

// The key of the file, where this stanza holds it for this identity.
std::optional<SecretBytes> unwrap(const Stanza& stanza, const SecretBytes& identity)
{
    constexpr std::string_view type = "X25519 ";
    if (!stanza.arguments.starts_with(type) || stanza.body.size() != file_key_size + tag_size)
        return std::nullopt;
    const auto ephemeral = from_base64_without_padding(stanza.arguments.substr(type.size()));
    if (!ephemeral || ephemeral->size() != 32) return std::nullopt;
    std::array<std::byte, 32> own{};
    crypto_scalarmult_base(raw_out(own), raw(identity.bytes()));
    SecretBytes shared(crypto_scalarmult_BYTES);
    if (crypto_scalarmult(raw_out(shared.bytes()), raw(identity.bytes()), raw(*ephemeral)) != 0)
        return std::nullopt;
    Bytes salt(*ephemeral);
    salt.insert(salt.end(), own.begin(), own.end());
    const auto wrap_key = hkdf_sha256(shared.bytes(), salt, "age-encryption.org/v1/X25519", 32);
    SecretBytes key(file_key_size);
    if (!decrypt(key.bytes(), stanza.body, Nonce{}, wrap_key.bytes())) return std::nullopt;
    return key;
}

Result<SecretBytes> file_key_of(const Header& header, const AgeIdentities& identities)
{
    for (const auto& stanza : header.stanzas)
        for (const auto& identity : identities.keys()) {
            auto key = unwrap(stanza, identity);
            if (!key) continue;
            const auto mac_key = hkdf_sha256(key->bytes(), {}, "header", 32);
            const auto mac = hmac_sha256(mac_key.bytes(), header.authenticated);
            if (!std::ranges::equal(mac, header.mac))
                return Error{Errc::corrupt, "age file: its header was changed"};
            return *std::move(key);
        }
    return Error{Errc::refused, "sealed to none of these identities"};
}

} // namespace

Result<AgeIdentities> AgeIdentities::parse(std::string_view text)
{
    AgeIdentities identities;
    int number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        auto decoded = decode_bech32(line);
        if (!decoded || decoded->prefix != "age-secret-key-" || decoded->data.size() != 32)
            return Error{Errc::malformed,
                         fmt::format("identity file: line {} is no AGE-SECRET-KEY-1…", number)};
        identities.keys_.push_back(SecretBytes::copy_of(decoded->data));
        wipe(decoded->data);
    }
    if (identities.keys_.empty())
        return Error{Errc::malformed, "identity file: it holds no AGE-SECRET-KEY-1…"};
    return identities;
}

Result<void> open_age(ByteView sealed, const AgeIdentities& identities,
                      const std::function<Result<void>(ByteView clear)>& sink)
{
    const auto header = read_header(sealed);
    if (!header) return header.error();
    const auto file_key = file_key_of(*header, identities);
    if (!file_key) return file_key.error();
    const Error cut{Errc::corrupt, "age file: it was cut off or changed"};
    auto rest = header->payload;
    constexpr std::size_t nonce_size = 16;
    if (rest.size() < nonce_size) return cut;
    const auto key = hkdf_sha256(file_key->bytes(), rest.first(nonce_size), "payload", 32);
    rest = rest.subspan(nonce_size);
    SecretBytes clear(chunk_size);
    for (std::uint64_t counter = 0;; ++counter) {
        const auto part = rest.first(std::min(rest.size(), chunk_size + tag_size));
        rest = rest.subspan(part.size());
        if (part.size() < tag_size || (part.size() == tag_size && counter > 0)) return cut;
        Nonce nonce{};
        for (std::size_t i = 0; i < 8; ++i)
            nonce[10 - i] = static_cast<std::byte>(counter >> (8U * i));
        nonce[11] = rest.empty() ? std::byte{1} : std::byte{0};
        const auto out = clear.bytes().first(part.size() - tag_size);
        if (!decrypt(out, part, nonce, key.bytes())) return cut;
        if (const auto given = sink(out); !given) return given;
        if (rest.empty()) return {};
    }
}

} // namespace stillwatch::vault
