#pragma once

#include <string>
#include <string_view>

namespace stillwatch::html {

// Decodes character references as the HTML standard does in attribute values (section 13.2.5.73 on): a name
// without its semicolon counts only where no letter, digit or '=' follows. Appends to `out`; NUL becomes
// U+FFFD. False where a name is met that is none of ours (Latin-1, punctuation of addresses): it is left as
// it stands.
bool append_decoded(std::string& out, std::string_view text);

// The five names of XML and numbers, nothing else: entities that a document declares are not expanded. False
// where there is one; it is left as it stands.
bool append_decoded_xml(std::string& out, std::string_view text);

void append_utf8(std::string& out, char32_t code);

} // namespace stillwatch::html
