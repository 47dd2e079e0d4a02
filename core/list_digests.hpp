#pragma once

#include "core/bytes.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Digests that lists of known files are kept by. They prove nothing: two files of one digest can be made.
namespace stillwatch {

using Md5 = std::array<std::byte, 16>;
using Sha1 = std::array<std::byte, 20>;

Md5 md5_of(ByteView data);
Sha1 sha1_of(ByteView data);

// Both of one file, where lists are kept by them.
struct ListDigests {
    Md5 md5{};
    Sha1 sha1{};

    static ListDigests of(ByteView data) { return {md5_of(data), sha1_of(data)}; }
    friend bool operator==(const ListDigests&, const ListDigests&) = default;
};

// By what a list knows a picture.
enum class HashKind : std::uint8_t { md5, sha1, sha256, pdq };
std::string_view name_of(HashKind kind) noexcept;
std::optional<HashKind> hash_kind_from_name(std::string_view name) noexcept; // whatever its case
std::size_t bytes_of(HashKind kind) noexcept;

// One entry of such a list: all that is known of a picture that nobody here has seen.
struct ListedHash {
    HashKind kind = HashKind::pdq;
    std::array<std::byte, 32> value{}; // the first bytes_of(kind) count, the others are 0

    // `hex` has 2 * bytes_of(kind) digits, else nothing.
    static std::optional<ListedHash> from_hex(HashKind kind, std::string_view hex);
    ByteView bytes() const noexcept { return ByteView(value).first(bytes_of(kind)); }
    std::string hex() const { return to_hex(bytes()); }

    friend bool operator==(const ListedHash&, const ListedHash&) = default;
    friend auto operator<=>(const ListedHash&, const ListedHash&) = default;
};

} // namespace stillwatch
