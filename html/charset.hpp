#pragma once

#include "core/bytes.hpp"

#include <string>
#include <string_view>

namespace stillwatch::html {

// A document as UTF-8. `text` views the document itself where it is UTF-8 already, else `converted`;
// malformed sequences may be left in it. `charset` is the name that the Encoding standard gives, in lower
// case.
struct DecodedText {
    std::string charset;
    std::string converted;
    std::string_view unchanged;

    std::string_view text() const noexcept { return converted.empty() ? unchanged : converted; }
};

// Reads a document in the charset that its byte order mark tells, else the Content-Type header, else an XML
// declaration, else a <meta> in its first 4 KiB, else UTF-8 where the bytes are valid UTF-8, else the one
// that the statistics of its words speak for (ICU; at least 16 bytes of them), else windows-1252. Unknown
// names count as absent, and so does UTF-16 where no byte of the beginning is zero.
DecodedText decode_text(ByteView document, std::string_view content_type);

// UTF-8 text in the bytes of a charset (its name), for queries: browsers send those in the charset of their
// page (URL standard, section 4.4). As it is where that is a UTF or a character is missing there.
std::string encode_text(std::string_view text, std::string_view charset);

} // namespace stillwatch::html
