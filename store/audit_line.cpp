#include "store/audit_line.hpp"

#include "core/binary.hpp"
#include "core/canonical_json.hpp"
#include "core/merkle.hpp"

namespace stillwatch::store {

namespace {

void append_text(Bytes& out, const std::string& text)
{
    append_big(out, static_cast<std::uint32_t>(text.size()));
    append(out, as_bytes(text));
}

} // namespace

Sha256 audit_hash(const AuditLine& line)
{
    // Big-endian, as the format says: a reader in any language gets the same bytes.
    Bytes bytes = to_bytes("stillwatch audit 1\n");
    append(bytes, line.previous.bytes);
    append_big(bytes, static_cast<std::uint64_t>(line.seq));
    append_big(bytes, static_cast<std::uint64_t>(line.at.time_since_epoch().count()));
    append_text(bytes, line.actor);
    append_text(bytes, line.action);
    append_text(bytes, line.object);
    return Sha256::of(bytes);
}

std::string audit_entry(const AuditLine& line)
{
    const json::object object{{"action", line.action},           {"actor", line.actor},
                              {"at", format_utc(line.at)},       {"object", line.object},
                              {"previous", line.previous.hex()}, {"seq", line.seq}};
    return canonical_json(object).value(); // texts and a small number always have a form
}

Sha256 leaf_of(const AuditLine& line)
{
    return merkle::leaf_hash(as_bytes(audit_entry(line)));
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
