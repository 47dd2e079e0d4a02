#pragma once

#include "core/digest.hpp"
#include "core/result.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch {

// An absolute http or https address, repaired by the WHATWG URL rules and normalised: lower-case scheme and
// host (international names in their ASCII form), no user-info, no default port, no dot segments, no
// fragment, upper-case percent triplets. Equal text means equal address. Only parse(), join() and inside()
// make one.
//
// A picture that stands inside a document (a data: address, base64 in a script) has the document's address
// with
// "#sha256-" and the digest of its bytes behind it, and in a package "&entry=" and what it is called there.
// Such an address is never asked for: document() is.
class Url {
public:
    // Longest text accepted, in bytes, before and after repair.
    static constexpr std::size_t max_bytes = 2083 * 4;

    // Errors: malformed, refused (another scheme, user-info in the address), too_large.
    static Result<Url> parse(std::string_view text);
    // `reference` as a browser would resolve it on the page `base`. Errors: as parse.
    static Result<Url> join(const Url& base, std::string_view reference);
    // Of the picture with these bytes inside `document`. parse() reads its text; join() never makes one.
    // `entry`: its name in a package, of any bytes; kept in a short form of letters, digits, "._-/" and
    // percent triplets.
    static Url inside(const Url& document, const Sha256& picture, std::string_view entry = {});
    static constexpr std::size_t max_entry_bytes = 160; // in that form

    const std::string& text() const noexcept { return text_; }
    std::string_view scheme() const noexcept; // "http" or "https"
    std::string_view host() const noexcept;   // "board.example", "127.0.0.1", "[::1]"
    std::uint16_t port() const noexcept;      // explicit or the scheme's default
    std::string_view path() const noexcept;   // begins with '/'
    std::string_view target() const noexcept; // path and query, as sent in a request (but inside a document)
    // "board.example" or "board.example:8080": how hosts are written in settings. The port stands only where
    // it is not the scheme's default.
    std::string host_port() const;
    // "https://board.example:8443": one politeness and robots unit.
    std::string origin() const;
    // Which picture of its document; nothing where this is the address of a document.
    std::optional<Sha256> picture_inside() const;
    // What it is called in its package, as inside() wrote it; empty where nobody told.
    std::string_view entry_inside() const noexcept;
    // The document that is asked for: this address itself, or the one the picture stands in.
    Url document() const;
    // Of a picture inside a document: called so there, as entry_inside() tells it.
    Url named_inside(std::string_view entry) const;
    // The same picture inside another address of its document.
    Url moved_to(const Url& document) const;

    friend bool operator==(const Url&, const Url&) = default;
    friend auto operator<=>(const Url&, const Url&) = default;

private:
    Url() = default;
    static Result<Url> read(std::string_view text, const Url* base);
    std::string text_;
    std::uint16_t host_begin_ = 0;
    std::uint16_t host_end_ = 0;
    std::uint16_t path_begin_ = 0;
    std::uint16_t path_end_ = 0;
    std::uint16_t port_ = 0;
};

} // namespace stillwatch

template <>
struct std::hash<stillwatch::Url> {
    std::size_t operator()(const stillwatch::Url& url) const noexcept
    {
        return std::hash<std::string>{}(url.text());
    }
};
