#include "core/list_digests.hpp"

#include "core/ascii.hpp"

#include <nettle/md5.h>
#include <nettle/sha1.h>

#include <algorithm>

namespace stillwatch {

namespace {

constexpr std::array<std::string_view, 4> kind_names{"md5", "sha1", "sha256", "pdq"};

} // namespace

std::string_view name_of(HashKind kind) noexcept
{
    const auto index = static_cast<std::size_t>(kind);
    return index < kind_names.size() ? kind_names[index] : "unknown";
}

std::optional<HashKind> hash_kind_from_name(std::string_view name) noexcept
{
    const auto found = std::ranges::find_if(kind_names, [&](auto known) { return same_name(known, name); });
    if (found == kind_names.end()) return std::nullopt;
    return static_cast<HashKind>(found - kind_names.begin());
}

std::size_t bytes_of(HashKind kind) noexcept
{
    switch (kind) {
    case HashKind::md5: return 16;
    case HashKind::sha1: return 20;
    case HashKind::sha256:
    case HashKind::pdq: break;
    }
    return 32;
}

std::optional<ListedHash> ListedHash::from_hex(HashKind kind, std::string_view hex)
{
    ListedHash hash{kind, {}};
    const auto size = bytes_of(kind);
    if (hex.size() != 2 * size || !stillwatch::from_hex(hex, std::span(hash.value).first(size)))
        return std::nullopt;
    return hash;
}

Md5 md5_of(ByteView data)
{
    md5_ctx context;
    md5_init(&context);
    md5_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
    Md5 digest;
    md5_digest(&context, digest.size(), reinterpret_cast<std::uint8_t*>(digest.data()));
    return digest;
}

Sha1 sha1_of(ByteView data)
{
    sha1_ctx context;
    sha1_init(&context);
    sha1_update(&context, data.size(), reinterpret_cast<const std::uint8_t*>(data.data()));
    Sha1 digest;
    sha1_digest(&context, digest.size(), reinterpret_cast<std::uint8_t*>(digest.data()));
    return digest;
}

} // namespace stillwatch
