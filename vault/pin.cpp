#include "vault/pin.hpp"

#include "vault/random.hpp"
#include "vault/sodium.hpp"

#include <sodium.h>

#include <array>
#include <new>

namespace stillwatch::vault {

namespace {

constexpr std::size_t digits = 8;
constexpr std::size_t max_typed = 64;

std::string plain(std::string_view pin)
{
    std::string result;
    for (const char letter : pin.substr(0, max_typed))
        if (letter != ' ' && letter != '-') result += letter;
    return result;
}

} // namespace

std::string make_pin()
{
    require_sodium();
    std::string pin;
    while (pin.size() < digits)
        pin += static_cast<char>('0' + randombytes_uniform(10));
    return pin;
}

std::string hash_pin(std::string_view pin)
{
    require_sodium();
    const auto clear = plain(pin);
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str_alg(text.data(), clear.data(), clear.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    return text.data();
}

bool is_pin(std::string_view hash, std::string_view pin)
{
    require_sodium();
    if (hash.empty()) {
        (void)hash_pin(pin); // as much work as a comparison
        return false;
    }
    const auto clear = plain(pin);
    return crypto_pwhash_str_verify(std::string(hash).c_str(), clear.data(), clear.size()) == 0;
}

} // namespace stillwatch::vault
