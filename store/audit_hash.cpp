#include "store/audit_hash.hpp"

#include "core/canonical_json.hpp"

#include <array>

namespace stillwatch::store {

namespace {

// Big-endian, as the format says: a reader in any language gets the same bytes.
template <std::size_t Size>
void add_number(Sha256Hasher& hasher, std::uint64_t value)
{
    std::array<std::byte, Size> bytes{};
    for (std::size_t i = 0; i < Size; ++i)
        bytes[i] = static_cast<std::byte>(value >> (8 * (Size - 1 - i)));
    hasher.update(bytes);
}

void add_text(Sha256Hasher& hasher, const std::string& text)
{
    add_number<4>(hasher, text.size());
    hasher.update(as_bytes(text));
}

} // namespace

Sha256 audit_hash(const AuditLine& line)
{
    Sha256Hasher hasher;
    hasher.update(as_bytes("stillwatch audit 1\n"));
    hasher.update(line.previous.bytes);
    add_number<8>(hasher, static_cast<std::uint64_t>(line.seq));
    add_number<8>(hasher, static_cast<std::uint64_t>(line.at.time_since_epoch().count()));
    add_text(hasher, line.actor);
    add_text(hasher, line.action);
    add_text(hasher, line.object);
    return hasher.finish();
}

std::string audit_entry(const AuditLine& line)
{
    const json::object object{{"action", line.action},           {"actor", line.actor},
                              {"at", format_utc(line.at)},       {"object", line.object},
                              {"previous", line.previous.hex()}, {"seq", line.seq}};
    return canonical_json(object).value(); // texts and a small number always have a form
}

std::optional<std::int64_t> first_broken_link(std::span<const AuditLine> lines, std::int64_t seq_before,
                                              const Sha256& own_before)
{
    Sha256 previous = own_before;
    std::int64_t seq = seq_before;
    for (const auto& line : lines) {
        ++seq;
        if (line.seq != seq || line.previous != previous || line.own != audit_hash(line)) return seq;
        previous = line.own;
    }
    return std::nullopt;
}

} // namespace stillwatch::store
