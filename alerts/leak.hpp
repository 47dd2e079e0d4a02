#pragma once

#include <optional>
#include <string_view>

// The last look at an outgoing message. It knows nothing of how messages are made and reads them as a
// stranger would.
namespace stillwatch::alerts {

// Why `message` (a whole mail or a JSON body, as sent) says more than an alert may, or nothing when it does
// not: an address other than `allowed_link` (empty: none is allowed), a picture or other attachment, a data:
// address, more than 2 048 letters of base64 in a row.
// `disclosed`: what the channel's settings let leave of a finding, a host or an address; may stand in it,
// too.
std::optional<std::string_view> leak_in(std::string_view message, std::string_view allowed_link,
                                        std::string_view disclosed = {});

inline bool is_content_free(std::string_view message, std::string_view allowed_link)
{
    return !leak_in(message, allowed_link).has_value();
}

} // namespace stillwatch::alerts
