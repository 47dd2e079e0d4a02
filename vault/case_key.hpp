#pragma once

#include "vault/seal.hpp"

#include <string_view>

namespace stillwatch::vault {

// What the store keeps of a case's key pair. References and details of the case are sealed to `public_key`;
// `sealed_secret` opens with the installation's secret only, and destroying it destroys the case's data.
struct CaseKey {
    PublicKey public_key;
    Bytes sealed_secret;

    friend bool operator==(const CaseKey&, const CaseKey&) = default;
};

// A new key pair for the case of that pseudonym ("C-7F3K"); its secret is bound to the pseudonym.
CaseKey make_case_key(const PublicKey& installation, std::string_view pseudonym);

// Call only while consent is valid, and drop the pair when it ends. Errors: corrupt (another installation,
// another case, changed bytes, or a public key that is not of this secret).
Result<KeyPair> open_case_key(const KeyPair& installation, std::string_view pseudonym, const CaseKey& key);

} // namespace stillwatch::vault
