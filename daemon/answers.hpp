#pragma once

#include "core/inspector.hpp"
#include "crawler/polite_fetcher.hpp"

#include <memory>
#include <vector>

namespace stillwatch::daemon {

// What an answer's body is, told by its first bytes where they can be seen, else by what its sender says;
// `expected` is what the address was taken for.
enum class Media : std::uint8_t { page, picture, other };
Media media_of(const Fetched& answer, const Bytes& payload, LinkKind expected);

// 404 or 410.
bool is_gone(const Fetched& answer) noexcept;

// Whether an answer that is no page may be a challenge, which only its text tells.
bool may_be_challenge(const Fetched& answer) noexcept;

// The payload with what its sender said of it, for a worker.
Document document_of(const Fetched& answer, std::shared_ptr<const Bytes> payload);

// The redirects on the way, then the answer itself.
std::vector<Fetched> chain_of(const crawler::PoliteAnswer& answer);

} // namespace stillwatch::daemon
