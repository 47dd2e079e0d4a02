#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

// Secrets never stand in the configuration: it names a file, or a systemd credential as "credential:NAME".
namespace stillwatch::config {

// The start of a name that means a file in $CREDENTIALS_DIRECTORY (systemd.exec(5), LoadCredential=).
constexpr std::string_view credential_prefix = "credential:";

// The content of the secret without line breaks at its end, at most 64 KB. Errors: not_found, io (cannot be
// read), refused (others than owner and group may read or write the file), malformed (empty, or no plain
// file), invalid_argument (a credential's name with a slash), too_large. Details hold the name only.
Result<std::string> read_secret(std::string_view source);

// Whether a credential is meant while this process was given none: then it cannot be looked at here.
bool is_out_of_sight(std::string_view source);

// Whether this user may not open the file (or a folder on the way to it), whatever it holds: an operator
// whose daemon runs as another user.
bool is_closed_to_us(std::string_view source);

} // namespace stillwatch::config
