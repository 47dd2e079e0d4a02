#pragma once

#include "core/fetch.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::evidence {

// What replaces a value.
constexpr std::string_view redacted_value = "redacted";

// A head with the values of some headers replaced, line for line, and whose they were: names as they stand in
// the head, each once, sorted.
struct RedactedHead {
    std::string head;
    std::vector<std::string> names;
};

// The values that must not stand in evidence, the longest first: those that any of the requests sent in
// Cookie, Authorization, Proxy-Authorization and the headers that it names as secret, whole, and of cookies
// also each one's own, and those that any answer sets. What is shorter than eight bytes cannot be told from
// other text, and is left out.
std::vector<std::string> secrets_of(std::span<const Fetched* const> exchanges);

// Replaces the values of Cookie, Authorization, Proxy-Authorization and the headers `secret_names`.
RedactedHead redact_request(std::string_view head, std::span<const std::string> secret_names);

// Replaces the values of Set-Cookie and of headers `secret_names`, but for those that say what the body is,
// and any of `secret_values` wherever a server echoes it.
RedactedHead redact_response(std::string_view head, std::span<const std::string> secret_names,
                             std::span<const std::string> secret_values);

// Whose values are replaced where an exchange is written down.
struct RedactedNames {
    std::vector<std::string> request;
    std::vector<std::string> response;
};
RedactedNames redacted_names(const Fetched& fetched, std::span<const std::string> secret_values);

} // namespace stillwatch::evidence
