#pragma once

#include "core/case.hpp"
#include "core/result.hpp"
#include "vault/seal.hpp"

namespace stillwatch::cases {

// What is sealed for the case is sealed to it. Errors: refused, where a withdrawal has destroyed the key.
Result<vault::PublicKey> key_of(const Case& c);

} // namespace stillwatch::cases
