#include "pipeline/picture_mark.hpp"

#include "core/digest.hpp"

#include <cstring>

namespace stillwatch::pipeline {

Fingerprint picture_mark(const Fingerprint& fingerprint, const vault::SigningKey& key)
{
    // Signing is deterministic, and nobody else signs this text.
    const auto signature = key.sign(as_bytes("stillwatch: mask of the marks of found pictures"));
    const auto mask = Sha256::of(signature);
    Fingerprint mark;
    std::memcpy(mark.words.data(), mask.bytes.data(), sizeof mark.words);
    for (std::size_t i = 0; i < mark.words.size(); ++i)
        mark.words[i] ^= fingerprint.words[i];
    return mark;
}

} // namespace stillwatch::pipeline
