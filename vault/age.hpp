#pragma once

#include "core/result.hpp"
#include "vault/secret.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace stillwatch::vault {

// A public key of age (age-encryption.org/v1), for example of an organisation's evidence: "age1…".
struct AgeRecipient {
    std::array<std::byte, 32> key{};

    // Errors: invalid_argument, with the reason.
    static Result<AgeRecipient> parse(std::string_view text);
    std::string text() const;
    friend bool operator==(const AgeRecipient&, const AgeRecipient&) = default;
};

// A new pair of age: "age1…", and "AGE-SECRET-KEY-1…" to be shown once and never stored.
struct AgeIdentity {
    std::string recipient;
    SecretBytes identity; // text
};
AgeIdentity generate_age_identity();

// Writes an age file to public keys, as a stream: at most 64 KiB of clear bytes are held back, in locked
// memory. It cannot read what it wrote. A stream that is not finished is refused by every reader of age.
class AgeWriter {
public:
    using Sink = std::function<Result<void>(ByteView)>;

    // Writes the header. Errors: invalid_argument (no recipient, or one that is no usable key); those of
    // sink.
    static Result<AgeWriter> start(std::span<const AgeRecipient> recipients, Sink sink);

    // Errors: those of sink; the stream is then of no use.
    Result<void> write(ByteView clear);
    Result<void> finish();

private:
    static constexpr std::size_t chunk_size = 64U << 10U;
    enum class Place : std::uint8_t { inside, last };

    AgeWriter(SecretBytes key, Sink sink);
    Result<void> seal_chunk(ByteView clear, Place place);

    SecretBytes key_;
    SecretBytes chunk_;
    std::size_t filled_ = 0;
    std::uint64_t counter_ = 0;
    Bytes sealed_;
    Sink sink_;
};

} // namespace stillwatch::vault
