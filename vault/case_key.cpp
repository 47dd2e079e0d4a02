#include "vault/case_key.hpp"

#include <fmt/format.h>

namespace stillwatch::vault {

namespace {

std::string context_of(std::string_view pseudonym)
{
    return fmt::format("case key {}", pseudonym);
}

} // namespace

CaseKey make_case_key(const PublicKey& installation, std::string_view pseudonym)
{
    const auto pair = make_key_pair();
    return {pair.public_key, seal(installation, context_of(pseudonym), pair.secret.bytes())};
}

Result<KeyPair> open_case_key(const KeyPair& installation, std::string_view pseudonym, const CaseKey& key)
{
    auto secret = open(installation, context_of(pseudonym), key.sealed_secret);
    if (!secret) return secret.error();
    auto pair = key_pair_of(std::move(*secret));
    if (!pair) return pair;
    if (pair->public_key != key.public_key)
        return Error{Errc::corrupt, fmt::format("the public key of case {} is not of its secret", pseudonym)};
    return pair;
}

} // namespace stillwatch::vault
