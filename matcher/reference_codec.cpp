#include "matcher/reference_codec.hpp"

#include "core/binary.hpp"
#include "features/features_codec.hpp"
#include "features/weakness.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::matcher {

namespace {

constexpr std::string_view family = "SWR"; // of the marks of all versions
constexpr std::string_view magic = "SWR2";
constexpr std::string_view listed_magic = "SWL1";
constexpr std::size_t max_reason_bytes = 512;
constexpr std::size_t head_bytes = 4 + 4 + 1 + 2; // mark, version, weak, length of the reason

Result<ReferenceRecord> decode_listed(ByteView bytes)
{
    const Error damaged{Errc::corrupt, "stored hash is damaged"};
    const auto kind = static_cast<std::uint8_t>(bytes.empty() ? std::byte{255} : bytes.front());
    if (kind > static_cast<std::uint8_t>(HashKind::pdq)) return damaged;
    ListedHash hash{static_cast<HashKind>(kind), {}};
    if (bytes.size() != 1 + bytes_of(hash.kind)) return damaged;
    std::ranges::copy(bytes.subspan(1), hash.value.begin());
    return make_reference_record(hash);
}

} // namespace

ReferenceRecord make_reference_record(const ListedHash& hash)
{
    ReferenceRecord record;
    record.listed = hash;
    return record;
}

ReferenceRecord make_reference_record(const Sha256& file_digest, PictureFeatures features)
{
    ReferenceRecord record;
    record.file_digest = file_digest;
    const auto weakness = features::weakness_of(features);
    record.features = std::move(features);
    record.features.file_digest = file_digest;
    record.weak = weakness.has_value();
    record.weak_reason = weakness.value_or("");
    return record;
}

Bytes encode_reference(const ReferenceRecord& record)
{
    if (record.listed) {
        BinaryWriter writer;
        writer.reserve(listed_magic.size() + 1 + record.listed->value.size());
        writer.bytes(as_bytes(listed_magic));
        writer.number(static_cast<std::uint8_t>(record.listed->kind));
        writer.bytes(record.listed->bytes());
        return std::move(writer).take();
    }
    const auto reason = std::string_view(record.weak_reason).substr(0, max_reason_bytes);
    // Reserved at once, so that no outgrown copy of a fingerprint is left behind in memory.
    BinaryWriter writer;
    writer.reserve(head_bytes + reason.size() + features::encoded_size(record.features));
    writer.bytes(as_bytes(magic));
    writer.number<std::uint32_t>(static_cast<std::uint32_t>(record.extractor_version));
    writer.flag(record.weak);
    writer.text(reason);
    features::write_features(writer, record.features);
    return std::move(writer).take();
}

Result<ReferenceRecord> decode_reference(ByteView bytes)
{
    const Error damaged{Errc::corrupt, "stored reference is damaged"};
    if (begins_with(bytes, listed_magic)) return decode_listed(bytes.subspan(listed_magic.size()));
    if (!begins_with(bytes, family) || bytes.size() < magic.size() + 4) return damaged;
    BinaryReader reader(bytes.subspan(magic.size()));
    ReferenceRecord record;
    // Stands at the same place in the records of every version, whatever their mark.
    record.extractor_version = reader.integer<std::uint32_t>();
    if (record.extractor_version != extractor_version)
        return Error{Errc::refused,
                     fmt::format("reference was made by extractor version {}, this program uses {}: "
                                 "enrol the picture again",
                                 record.extractor_version, extractor_version)};
    if (!begins_with(bytes, magic)) return damaged;
    record.weak = reader.flag();
    record.weak_reason = reader.text(max_reason_bytes);
    auto features = features::decode_features(reader.rest(), Detail::reference);
    if (!features || record.weak == record.weak_reason.empty()) return damaged;
    record.features = std::move(*features);
    record.file_digest = record.features.file_digest;
    return record;
}

} // namespace stillwatch::matcher
