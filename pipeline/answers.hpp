#pragma once

#include "core/digest.hpp"
#include "core/inspector.hpp"
#include "crawler/polite_fetcher.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::pipeline {

// What an answer's body is, told by its first bytes where they can be seen, else by what its sender says;
// `expected` is what the address was taken for.
enum class Media : std::uint8_t {
    page,
    picture,
    unseen, // encoded: only a worker can tell whether it is a picture
    other
};
Media media_of(const Fetched& answer, const Bytes& payload, LinkKind expected);
// Whether an archive or PDF file came, as it stands.
bool is_package(const Fetched& answer, const Bytes& payload);
// Whether it may be read as a page where it is no picture: also SVG, which may hold pictures.
bool is_document(const Fetched& answer, const Bytes& payload);

// The body without chunk framing where it has any, and what it is known by.
struct Payload {
    std::optional<Bytes> unchunked;
    Sha256 digest; // of the payload as it came; the file's own where nothing is encoded
    // What verdicts are kept under: the digest, but for a payload that was encoded or cut short another,
    // which names that, too. So one sender's false Content-Encoding, or half a file, says nothing of the same
    // bytes elsewhere.
    Sha256 content;

    const Bytes& bytes_of(const Fetched& answer) const { return unchunked ? *unchunked : answer.body; }
};
Payload payload_of(const Fetched& answer);

// What the payload is encoded with, in canonical names ("gzip, br"); empty where it stands as it is.
std::string encodings_of(const Fetched& answer);

// 404 or 410.
bool is_gone(const Fetched& answer) noexcept;

// Whether the status says that this is what the address is for: 200, 203, 206, 226. Browsers show a picture
// with any.
bool is_success(const Fetched& answer) noexcept;

// Whether an answer that is no page may be a challenge, which only its text tells.
bool may_be_challenge(const Fetched& answer) noexcept;

// A validator (ETag, Last-Modified) of the answer that can be kept and sent back; empty where there is none.
std::string validator_of(const Fetched& answer, std::string_view name);
// Whether it can stand in a request: it is no control characters', and not longer than any real server's.
bool is_validator(std::string_view value) noexcept;

// The payload with what its sender said of it, for a worker.
Document document_of(const Fetched& answer, std::shared_ptr<const Bytes> payload, std::string site);

// The redirects on the way, then the answer itself.
std::vector<Fetched> chain_of(const crawler::PoliteAnswer& answer);

} // namespace stillwatch::pipeline
