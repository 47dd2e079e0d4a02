#pragma once

#include "core/mail_cipher.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::net {

struct SmimeRecipient {
    std::unique_ptr<MailCipher> cipher;
    std::vector<std::string> addresses; // of whom the certificate is, in small letters
    std::string trouble{};              // why nothing can be sealed to it today; empty where all is well
};

// S/MIME 4.0 (RFC 8551) to the certificate in this PEM text: AES-256-GCM, so that what was changed on the way
// does not open. Errors: malformed (no certificate, or one of no mail address).
Result<SmimeRecipient> smime_recipient(std::string_view certificate_pem);

} // namespace stillwatch::net
