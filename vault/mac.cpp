#include "vault/mac.hpp"

#include "vault/random.hpp"
#include "vault/sodium.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace stillwatch::vault {

namespace {

constexpr std::size_t mac_size = crypto_auth_hmacsha256_BYTES;

// HMAC over parts, in order; its state holds the key and is wiped.
class Hmac {
public:
    explicit Hmac(ByteView key)
    {
        require_sodium();
        crypto_auth_hmacsha256_init(&state_, raw(key), key.size());
    }
    ~Hmac() { sodium_memzero(&state_, sizeof state_); }
    Hmac(const Hmac&) = delete;
    Hmac& operator=(const Hmac&) = delete;

    void update(ByteView part) { crypto_auth_hmacsha256_update(&state_, raw(part), part.size()); }
    void finish(std::span<std::byte> out) { crypto_auth_hmacsha256_final(&state_, raw_out(out)); }

private:
    crypto_auth_hmacsha256_state state_;
};

// What HKDF derives on the way, on the stack like the state of Hmac: pages of its own took ten times as long
// as the derivation.
struct Block {
    std::array<std::byte, mac_size> bytes{};

    Block() = default;
    ~Block() { wipe(bytes); }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
};

} // namespace

Bytes hmac_sha256(ByteView key, ByteView data)
{
    Bytes mac(mac_size);
    Hmac hmac(key);
    hmac.update(data);
    hmac.finish(mac);
    return mac;
}

void hkdf_sha256(ByteView key, ByteView salt, std::string_view info, std::span<std::byte> out)
{
    if (out.empty() || out.size() > 255 * mac_size) throw std::logic_error("HKDF gives 1 to 8160 bytes");
    Block extracted;
    Hmac extract(salt);
    extract.update(key);
    extract.finish(extracted.bytes);

    Block block;
    for (std::size_t done = 0, round = 1; done < out.size(); ++round) {
        Hmac expand(extracted.bytes);
        if (round > 1) expand.update(block.bytes);
        expand.update(as_bytes(info));
        const auto number = static_cast<std::byte>(round);
        expand.update({&number, 1});
        expand.finish(block.bytes);
        const auto part = std::min(mac_size, out.size() - done);
        std::copy_n(block.bytes.begin(), part, out.subspan(done).begin());
        done += part;
    }
}

SecretBytes hkdf_sha256(ByteView key, ByteView salt, std::string_view info, std::size_t size)
{
    SecretBytes result(size);
    hkdf_sha256(key, salt, info, result.bytes());
    return result;
}

std::string derive_id(ByteView key, std::initializer_list<std::string_view> parts)
{
    Hmac hmac(key);
    for (const auto part : parts) {
        std::array<std::byte, 8> length;
        for (std::size_t i = 0; i < length.size(); ++i)
            length[i] = static_cast<std::byte>(part.size() >> (56U - 8U * i));
        hmac.update(length);
        hmac.update(as_bytes(part));
    }
    std::array<std::byte, mac_size> mac;
    hmac.finish(mac);
    std::array<std::byte, 16> head;
    std::copy_n(mac.begin(), head.size(), head.begin());
    return uuid_from(head, 8);
}

} // namespace stillwatch::vault
