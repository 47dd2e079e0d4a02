#pragma once

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// The symmetric signature of Standard Webhooks 1.0.0 (standardwebhooks.com).
namespace stillwatch::alerts {

// Secrets as a file holds them: one "whsec_" and base64 of 24 to 64 bytes a line, at most four. While a
// secret is changed the new one stands first and the old one below. Errors: malformed, without the secret.
Result<std::vector<Bytes>> parse_webhook_secrets(std::string_view text);

// The webhook-signature header: "v1," and base64 of HMAC-SHA-256 over "id.seconds.body", one for each secret,
// separated by blanks.
std::string webhook_signature(std::span<const Bytes> secrets, std::string_view id, Timestamp attempt,
                              std::string_view body);

} // namespace stillwatch::alerts
