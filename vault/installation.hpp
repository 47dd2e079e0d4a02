#pragma once

#include "vault/seal.hpp"
#include "vault/sign.hpp"

#include <filesystem>

namespace stillwatch::vault {

// The two secrets of an installation (docs/formats/keys.md). Case keys are sealed to `sealing`; `signing`
// signs evidence.
struct InstallationKeys {
    KeyPair sealing;
    SigningKey signing;
};

// Where the keys are: `directory` holds installation.key and signing.key; a file of the same name in
// `credentials` (systemd's LoadCredential=) comes first. Empty credentials: none.
struct KeyLocation {
    std::filesystem::path directory;
    std::filesystem::path credentials{};
};

// The location with $CREDENTIALS_DIRECTORY as systemd set it for this process.
KeyLocation key_location(std::filesystem::path directory);

// Makes `directory` (mode 0700) and the keys that it lacks (mode 0600), each whole or not at all; no key is
// ever replaced. Errors: exists (both keys are there), io.
Result<void> create_installation_keys(const std::filesystem::path& directory);

// Errors: not_found, refused (a key file that others may read or write), corrupt, io; each names the file.
Result<InstallationKeys> load_installation_keys(const KeyLocation& location);

} // namespace stillwatch::vault
