#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stillwatch {

// The character that a text begins with, as a terminal would take it.
struct TerminalCharacter {
    std::size_t bytes = 0;    // that it has; at least 1 where the text is not empty
    bool is_harmless = false; // false: control characters (C0, DEL, C1, also as bytes that are no UTF-8),
                              // what turns the direction of writing (UAX #9), separators of lines
};
TerminalCharacter first_character(std::string_view text) noexcept;

// Text of strangers for a terminal: each byte of what is not harmless becomes "\x1b" and the like.
std::string printable(std::string_view text);

} // namespace stillwatch
