#pragma once

#include "config/config.hpp"
#include "core/mail_cipher.hpp"
#include "core/result.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace stillwatch::daemon {

struct MailCiphers {
    std::map<std::string, std::shared_ptr<const MailCipher>> by_recipient;
    std::vector<std::string> troubles; // keys that nothing can be sealed to today, and why
};

// The S/MIME certificates and OpenPGP keys of a mail channel, each for the recipients it names. Blocks while
// gpg looks at keys. Errors: io, malformed, not_found (no gpg), invalid_argument (one names no recipient, or
// two name the same).
Result<MailCiphers> mail_ciphers(const config::Channel& channel);

} // namespace stillwatch::daemon
