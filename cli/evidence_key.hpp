#pragma once

#include "cli/command.hpp"
#include "config/config.hpp"
#include "vault/sign.hpp"

#include <optional>
#include <string>

namespace stillwatch::cli {

// The key that a person names: a PEM file, or its 32 bytes as 64 hexadecimal digits. Errors: invalid_argument
// (an id is too short to compare), malformed, not_found, io.
Result<vault::VerifyKey> key_argument(const std::string& text);

// The public key with which this installation signs, without any secret where possible: from the running
// daemon, else signing_key.pub beside the configuration, else from the keys themselves. Errors: those of the
// last way.
Result<vault::VerifyKey> installation_key(const config::Config& config,
                                          const std::filesystem::path& configuration);

// The same where there is an installation at all; nothing where there is none or its key cannot be had.
std::optional<vault::VerifyKey> own_key(const Global& global);

} // namespace stillwatch::cli
