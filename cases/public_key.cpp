#include "cases/public_key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::cases {

Result<vault::PublicKey> key_of(const Case& c)
{
    vault::PublicKey key;
    if (c.public_key.size() != key.bytes.size())
        return Error{Errc::refused, fmt::format("case {} has no key any more", c.pseudonym)};
    std::ranges::copy(c.public_key, key.bytes.begin());
    return key;
}

} // namespace stillwatch::cases
