#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace stillwatch {

// Makes a part of a mail unreadable for all but one recipient.
class MailCipher {
public:
    virtual ~MailCipher() = default;
    // `entity`: header fields, an empty line and a body (RFC 2045), CRLF line ends. Gives another such entity
    // to be put into a mail. Errors: refused (the recipient's key is expired or cannot encrypt).
    virtual Result<std::string> seal(std::string_view entity) const = 0;
    // Whether seal() waits for another program: then it does not belong on an event loop. It may be called
    // from any thread.
    virtual bool is_slow() const { return false; }
};

} // namespace stillwatch
