#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::html {

// Base64 as pages write it: the standard alphabet or that of addresses (RFC 4648 sections 4 and 5), with or
// without padding, blanks passed over. Nothing on other text.
std::optional<std::string> from_loose_base64(std::string_view text);

// The same where it says something readable: a text of at least `min_bytes` without control characters.
std::optional<std::string> text_in_base64(std::string_view text, std::size_t min_bytes = 4);

} // namespace stillwatch::html
