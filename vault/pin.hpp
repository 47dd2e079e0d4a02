#pragma once

#include <string>
#include <string_view>

// Short secrets that people keep in mind or on paper.
namespace stillwatch::vault {

// Eight random digits.
std::string make_pin();

// What is kept of a PIN: Argon2id with a salt of its own (libsodium's text form, interactive limits: 64 MiB,
// about a tenth of a second). Throws std::bad_alloc.
std::string hash_pin(std::string_view pin);

// Whether the PIN gave that hash; spaces and hyphens, as people write them, do not count. Takes as long for a
// wrong one, and for a hash that is empty.
bool is_pin(std::string_view hash, std::string_view pin);

} // namespace stillwatch::vault
