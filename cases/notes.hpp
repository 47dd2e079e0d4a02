#pragma once

#include "core/case.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "vault/seal.hpp"

#include <string>
#include <string_view>

// What is noted of a finding rests sealed under its case's key, like references: it goes with that key.
namespace stillwatch::cases {

constexpr std::size_t max_note_bytes = 4'000;

// Errors: invalid_argument (empty or too long), refused (the case has no
// key any more).
Result<Bytes> seal_note(const Case& c, FindingId finding, std::string_view text);

// Errors: corrupt.
Result<std::string> open_note(const Case& c, const vault::KeyPair& installation, FindingId finding,
                              ByteView sealed);

} // namespace stillwatch::cases
