#include "matcher/reference_codec.hpp"

#include "core/binary.hpp"
#include "features/features_codec.hpp"
#include "features/weakness.hpp"

#include <fmt/format.h>

#include <string.h> // explicit_bzero

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace stillwatch::matcher {

namespace {

constexpr std::string_view family = "SWR"; // of the marks of all versions
constexpr std::string_view magic = "SWR2";
constexpr std::string_view listed_magic = "SWL1";
constexpr std::string_view video_magic = "SWV1";
constexpr std::string_view face_magic = "SWF1";
constexpr std::size_t max_face_numbers = 2'048;
constexpr std::size_t max_reason_bytes = 512;
constexpr std::size_t head_bytes = 4 + 4 + 1 + 2; // mark, version, weak, length of the reason
constexpr std::size_t video_bytes = 32 + 1;       // digest of the file, number of frames
constexpr std::size_t moment_bytes = 8 + 2 + 4;   // time, features searched for, length of the features
// Longer than any that is decoded; what is over it is damage.
constexpr std::uint64_t longest_video_ms = std::uint64_t{7} * 24 * 3600 * 1000;

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

Result<ReferenceRecord> decode_face(ByteView bytes)
{
    BinaryReader reader(bytes);
    ReferenceFace face;
    face.model = reader.digest();
    face.picture = reader.digest();
    const auto count = reader.count<std::uint16_t>(max_face_numbers);
    face.embedding.reserve(count);
    double squares = 0;
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        face.embedding.push_back(std::bit_cast<float>(reader.number<std::uint32_t>()));
        squares += static_cast<double>(face.embedding.back()) * static_cast<double>(face.embedding.back());
    }
    constexpr double tolerance = 1e-3;
    if (!reader.complete() || !(std::abs(squares - 1) <= tolerance))
        return Error{Errc::corrupt, "stored face is damaged"};
    return make_reference_record(std::move(face));
}

Bytes encode_face(const ReferenceFace& face)
{
    BinaryWriter writer;
    writer.reserve(face_magic.size() + 2 * face.model.bytes.size() + 2 + 4 * face.embedding.size());
    writer.bytes(as_bytes(face_magic));
    writer.bytes(face.model.bytes);
    writer.bytes(face.picture.bytes);
    writer.clamped<std::uint16_t>(face.embedding.size());
    for (const auto number : face.embedding)
        writer.number(std::bit_cast<std::uint32_t>(number));
    return std::move(writer).take();
}

void wipe_fingerprints(PictureFeatures& features) noexcept
{
    if (!features.frames.empty())
        explicit_bzero(features.frames.data(), features.frames.size() * sizeof features.frames.front());
    for (auto& local : features.local)
        if (!local.features.empty())
            explicit_bzero(local.features.data(), local.features.size() * sizeof local.features.front());
}

// Of a video's features those of one frame, as of a picture.
PictureFeatures features_of_frame(const PictureFeatures& all, std::size_t number)
{
    PictureFeatures one;
    one.format = all.format;
    one.width_px = all.width_px;
    one.height_px = all.height_px;
    one.file_digest = all.file_digest;
    one.data_digest = all.data_digest;
    one.frames.reserve(PictureFeatures::max_fingerprints);
    for (const auto& frame : all.frames) {
        if (std::cmp_not_equal(frame.number, number)) continue;
        one.frames.push_back(frame);
        one.frames.back().number = 0;
    }
    one.local.push_back(all.local[number]);
    one.sign_grid.push_back(all.sign_grid[number]);
    return one;
}

void write_video(BinaryWriter& writer, const ReferenceRecord& record)
{
    writer.bytes(record.file_digest.bytes);
    writer.number(static_cast<std::uint8_t>(record.moments.size()));
    for (std::size_t i = 0; i < record.moments.size(); ++i) {
        auto one = features_of_frame(record.features, i);
        writer.number(static_cast<std::uint64_t>(record.moments[i].time_ms));
        writer.number(static_cast<std::uint16_t>(record.moments[i].searched_features));
        writer.number(static_cast<std::uint32_t>(features::encoded_size(one)));
        features::write_features(writer, one);
        wipe_fingerprints(one);
    }
}

std::size_t video_size(const ReferenceRecord& record)
{
    std::size_t bytes = video_bytes;
    for (std::size_t i = 0; i < record.moments.size(); ++i) {
        auto one = features_of_frame(record.features, i);
        bytes += moment_bytes + features::encoded_size(one);
        wipe_fingerprints(one);
    }
    return bytes;
}

// Whether the record could be read; what is in it then.
bool read_video(BinaryReader& reader, ReferenceRecord& record)
{
    record.file_digest = reader.digest();
    const auto count = reader.count<std::uint8_t>(EnrolledReference::max_moments);
    auto& all = record.features;
    // At once, so that no outgrown copy of a fingerprint is left behind in memory.
    all.frames.reserve(count * 2);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        const auto time = reader.number<std::uint64_t>();
        const auto searched = reader.number<std::uint16_t>();
        auto one = features::decode_features(reader.bytes(reader.number<std::uint32_t>()), Detail::reference);
        if (!reader.ok() || !one || time > longest_video_ms || one->local.size() != 1 ||
            one->frames.size() > 2 || searched > one->local.front().features.size())
            return false;
        if (i > 0 && std::cmp_less_equal(time, record.moments.back().time_ms)) return false;
        if (i == 0) {
            all.format = one->format;
            all.width_px = one->width_px;
            all.height_px = one->height_px;
        }
        for (auto frame : one->frames) {
            frame.number = static_cast<int>(i);
            all.frames.push_back(frame);
        }
        record.moments.push_back({static_cast<std::int64_t>(time), searched});
        all.local.push_back(std::move(one->local.front()));
        all.sign_grid.push_back(std::move(one->sign_grid.front()));
        wipe_fingerprints(*one);
    }
    all.file_digest = all.data_digest = record.file_digest;
    return reader.ok() && count > 0 && reader.rest().empty();
}

} // namespace

ReferenceRecord make_reference_record(const ListedHash& hash)
{
    ReferenceRecord record;
    record.listed = hash;
    return record;
}

ReferenceRecord make_reference_record(ReferenceFace face)
{
    ReferenceRecord record;
    record.face = std::move(face);
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
    if (record.face) return encode_face(*record.face);
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
    const bool is_video = !record.moments.empty();
    writer.reserve(head_bytes + reason.size() +
                   (is_video ? video_size(record) : features::encoded_size(record.features)));
    writer.bytes(as_bytes(is_video ? video_magic : magic));
    writer.number<std::uint32_t>(static_cast<std::uint32_t>(record.extractor_version));
    writer.flag(record.weak);
    writer.text(reason);
    if (is_video)
        write_video(writer, record);
    else
        features::write_features(writer, record.features);
    return std::move(writer).take();
}

Result<ReferenceRecord> decode_reference(ByteView bytes)
{
    const Error damaged{Errc::corrupt, "stored reference is damaged"};
    if (begins_with(bytes, listed_magic)) return decode_listed(bytes.subspan(listed_magic.size()));
    if (begins_with(bytes, face_magic)) return decode_face(bytes.subspan(face_magic.size()));
    const bool is_video = begins_with(bytes, video_magic);
    if ((!is_video && !begins_with(bytes, family)) || bytes.size() < magic.size() + 4) return damaged;
    BinaryReader reader(bytes.subspan(magic.size()));
    ReferenceRecord record;
    // Stands at the same place in the records of every version, whatever their mark.
    record.extractor_version = reader.integer<std::uint32_t>();
    if (record.extractor_version != extractor_version)
        return Error{Errc::refused,
                     fmt::format("reference was made by extractor version {}, this program uses {}: "
                                 "enrol the picture again",
                                 record.extractor_version, extractor_version)};
    if (!is_video && !begins_with(bytes, magic)) return damaged;
    record.weak = reader.flag();
    record.weak_reason = reader.text(max_reason_bytes);
    if (is_video) {
        if (!read_video(reader, record) || record.weak == record.weak_reason.empty()) return damaged;
        return record;
    }
    auto features = features::decode_features(reader.rest(), Detail::reference);
    if (!features || record.weak == record.weak_reason.empty()) return damaged;
    record.features = std::move(*features);
    record.file_digest = record.features.file_digest;
    return record;
}

} // namespace stillwatch::matcher
