#pragma once

#include "core/bytes.hpp"
#include "core/mail_cipher.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::net {

struct OpenPgpRecipient {
    std::shared_ptr<const MailCipher> cipher;
    std::vector<std::string> addresses; // of whom the key is, in small letters
    // Why nothing can be sealed to it today: it has expired, was revoked, cannot encrypt; empty: it can.
    std::string trouble;
};

// PGP/MIME (RFC 3156) to the one key in this file's content, armored or not, by GnuPG as a child process: it
// has no keyring, no agent and no network, and writes nothing (docs/decisions/0022-openpgp-by-a-child.md).
// Blocks for some milliseconds. Errors: malformed (no key, several, or one of no mail address), not_found (no
// gpg), io.
Result<OpenPgpRecipient> openpgp_recipient(ByteView key);

} // namespace stillwatch::net
