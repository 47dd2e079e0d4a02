#pragma once

#include "core/clock.hpp"
#include "core/mail_cipher.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>

// RFC 5322 messages with a plain and an HTML alternative (RFC 2046 section 5.1.4), byte for byte the same for
// the same letter.
namespace stillwatch::alerts {

struct Letter {
    std::string from; // bare addresses
    std::string to;
    std::string subject;
    std::string message_id; // "alt_x.desk@helpline.example", without angle brackets
    std::string thread_id;  // id that all letters of one case refer to; empty: none
    Timestamp at{};
    std::string text; // UTF-8, lines ended by "\n"
    std::string html;
};

// The finished message with CRLF line ends, no line longer than 998 bytes. Errors: invalid_argument when an
// address or id holds anything that could end a header line or begin another field.
Result<std::string> compose(const Letter& letter);

// The plain alternative alone, sealed, with its subject inside (RFC 9788): outside stand addresses, time and
// id. No HTML, which mail programs can be made to leak decrypted text by. Errors: those of compose and of the
// cipher.
Result<std::string> compose_sealed(const Letter& letter, const MailCipher& cipher);

// Quoted-printable (RFC 2045 section 6.7) of text whose lines end with "\n"; gives CRLF lines of at most 76
// bytes.
std::string quoted_printable(std::string_view text);

// A header value on one line: as it is when plain ASCII, else as encoded words (RFC 2047); control characters
// become spaces.
std::string header_text(std::string_view text);

} // namespace stillwatch::alerts
