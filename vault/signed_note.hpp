#pragma once

#include "core/result.hpp"
#include "vault/sign.hpp"

#include <string>
#include <string_view>

// Signed notes (c2sp.org/signed-note): a text of lines, an empty line, and a line for each signature. What
// transparency logs publish their checkpoints as, so other people's tools check ours.
namespace stillwatch::vault {

// `text` ends with a line feed; `name` has no space and no '+'.
std::string sign_note(std::string_view name, const SigningKey& key, std::string_view text);

// The text where one of the signatures is this key's under this name; those of others are passed over, as the
// specification asks. Errors: malformed, refused (no signature of this key, or a false one).
Result<std::string> open_note(std::string_view note, std::string_view name, const VerifyKey& key);

// What tools for signed notes call a verifier key: "name+8 hexadecimal digits+base64".
std::string note_verifier(std::string_view name, const VerifyKey& key);

} // namespace stillwatch::vault
