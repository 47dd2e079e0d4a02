#include "vault/sodium.hpp"

#include <sodium.h>

#include <stdexcept>

namespace stillwatch::vault {

void require_sodium()
{
    static const int state = sodium_init();
    if (state < 0) throw std::runtime_error("libsodium cannot start: no source of randomness");
}

} // namespace stillwatch::vault
