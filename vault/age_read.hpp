#pragma once

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "vault/secret.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace stillwatch::vault {

// Secret keys of age, for machines where evidence is opened: never the one that writes it.
class AgeIdentities {
public:
    // An identity file as age-keygen writes it: one "AGE-SECRET-KEY-1…" a line, comments and empty lines
    // between. Errors: malformed (another line, with its number and never its text; none at all).
    static Result<AgeIdentities> parse(std::string_view text);

    const std::vector<SecretBytes>& keys() const noexcept { return keys_; }

private:
    std::vector<SecretBytes> keys_; // 32 bytes each
};

// Opens an age file and gives what was in it to `sink`, part by part: each part was authenticated, but only
// after the return is it certain that none is missing at the end. Errors: refused (sealed to none of these
// identities), malformed (no age file), corrupt (changed, or cut off), and those of sink.
Result<void> open_age(ByteView sealed, const AgeIdentities& identities,
                      const std::function<Result<void>(ByteView clear)>& sink);

} // namespace stillwatch::vault
