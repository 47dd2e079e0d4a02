#include "features/features_codec.hpp"

#include "features/plausible.hpp"
#include "features/record_fields.hpp"

#include <span>

namespace stillwatch::features {

namespace {

constexpr std::size_t head_size = 1 + 4 + 4 + 32 + 32; // format, sides, digests
constexpr std::size_t frame_size = 1 + 1 + 1 + orientation_count * sizeof(Fingerprint);
constexpr std::size_t local_head_size = 2 + 2 + 2;
constexpr std::size_t local_feature_size = 32 + 2 + 2 + 1 + 1;
constexpr std::size_t census_head_size = 1 + 1;
constexpr std::size_t tile_traits_size = 1 + 1;

template <class Words>
void write_words(FieldWriter& writer, const Words& words)
{
    for (const auto word : words)
        writer.number(word, 8);
}

template <class Words>
void read_words(FieldReader& reader, Words& words)
{
    for (auto& word : words)
        word = reader.number(8);
}

void write_frame(FieldWriter& writer, const Frame& frame)
{
    writer.small(frame.quality_percent, 1);
    writer.small(frame.number, 1);
    writer.number(frame.trimmed ? 1 : 0, 1);
    for (const auto& fingerprint : frame.fingerprints)
        write_words(writer, fingerprint.words);
}

Frame read_frame(FieldReader& reader)
{
    Frame frame;
    frame.quality_percent = reader.small(1);
    frame.number = reader.small(1);
    frame.trimmed = reader.flag();
    for (auto& fingerprint : frame.fingerprints)
        read_words(reader, fingerprint.words);
    return frame;
}

void write_local(FieldWriter& writer, const LocalFeatures& local)
{
    writer.small(local.width_px, 2);
    writer.small(local.height_px, 2);
    writer.count(local.features.size(), 2);
    for (const auto& feature : local.features) {
        write_words(writer, feature.descriptor.words);
        writer.number(feature.x, 2);
        writer.number(feature.y, 2);
        writer.number(feature.level, 1);
        writer.number(feature.angle, 1);
    }
}

LocalFeatures read_local(FieldReader& reader)
{
    LocalFeatures local;
    local.width_px = reader.small(2);
    local.height_px = reader.small(2);
    const auto count = reader.count(2, LocalFeatures::max_features);
    local.features.resize(count);
    for (auto& feature : local.features) {
        read_words(reader, feature.descriptor.words);
        feature.x = static_cast<std::uint16_t>(reader.number(2));
        feature.y = static_cast<std::uint16_t>(reader.number(2));
        feature.level = static_cast<std::uint8_t>(reader.number(1));
        feature.angle = static_cast<std::uint8_t>(reader.number(1));
    }
    return local;
}

void write_census(FieldWriter& writer, const Census& census)
{
    writer.small(census.tile_columns, 1);
    writer.small(census.tile_rows, 1);
    for (const auto* plane : {&census.right, &census.down, &census.right_clear, &census.down_clear})
        writer.bytes(std::as_bytes(std::span(*plane)));
}

Census read_census(FieldReader& reader)
{
    Census census;
    census.tile_columns = static_cast<int>(reader.count(1, Census::max_tiles_a_side));
    census.tile_rows = static_cast<int>(reader.count(1, Census::max_tiles_a_side));
    for (auto* plane : {&census.right, &census.down, &census.right_clear, &census.down_clear}) {
        const auto part = reader.take(census.plane_bytes());
        plane->resize(part.size());
        std::ranges::transform(part, plane->begin(),
                               [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
    }
    return census;
}

void write_reference_census(FieldWriter& writer, const ReferenceCensus& reference)
{
    write_census(writer, reference.census);
    for (const auto& tile : reference.tiles) {
        writer.number(tile.chance, 1);
        writer.number(tile.is_graphic ? 1 : 0, 1);
    }
}

ReferenceCensus read_reference_census(FieldReader& reader)
{
    ReferenceCensus reference;
    reference.census = read_census(reader);
    reference.tiles.resize(reference.census.plane_bytes() / Census::tile_cells);
    for (auto& tile : reference.tiles) {
        tile.chance = static_cast<std::uint8_t>(reader.number(1));
        tile.is_graphic = reader.flag();
    }
    return reference;
}

std::size_t census_size(const Census& census) noexcept
{
    return census_head_size + census.right.size() + census.down.size() + census.right_clear.size() +
           census.down_clear.size();
}

} // namespace

std::size_t encoded_size(const PictureFeatures& features) noexcept
{
    std::size_t size = head_size + 1 + features.frames.size() * frame_size;
    size += 1 + features.local.size() * local_head_size;
    for (const auto& local : features.local)
        size += local.features.size() * local_feature_size;
    size += 1;
    for (const auto& reference : features.census)
        size += census_size(reference.census) + reference.tiles.size() * tile_traits_size;
    return size;
}

void append_features(Bytes& out, const PictureFeatures& features)
{
    FieldWriter writer(out);
    writer.number(static_cast<std::uint64_t>(features.format), 1);
    writer.small(features.width_px, 4);
    writer.small(features.height_px, 4);
    writer.bytes(features.file_digest.bytes);
    writer.bytes(features.data_digest.bytes);
    writer.count(features.frames.size(), 1);
    for (const auto& frame : features.frames)
        write_frame(writer, frame);
    writer.count(features.local.size(), 1);
    for (const auto& local : features.local)
        write_local(writer, local);
    writer.count(features.census.size(), 1);
    for (const auto& reference : features.census)
        write_reference_census(writer, reference);
}

std::optional<PictureFeatures> decode_features(ByteView bytes, Detail detail)
{
    FieldReader reader(bytes);
    PictureFeatures features;
    features.format = static_cast<PictureFormat>(reader.small(1));
    features.width_px = reader.small(4);
    features.height_px = reader.small(4);
    features.file_digest = reader.digest();
    features.data_digest = reader.digest();
    // Sized at once, as the vectors inside, so that no outgrown copy of a reference is left behind in memory.
    features.frames.resize(reader.count(1, PictureFeatures::max_fingerprints));
    for (auto& frame : features.frames)
        frame = read_frame(reader);
    features.local.resize(reader.count(1, PictureFeatures::max_frames));
    for (auto& local : features.local)
        local = read_local(reader);
    features.census.resize(reader.count(1, PictureFeatures::max_frames));
    for (auto& reference : features.census)
        reference = read_reference_census(reader);
    if (!reader.whole() || !plausible(features, detail)) return std::nullopt;
    return features;
}

Bytes encode_censuses(const std::vector<Census>& censuses)
{
    Bytes out;
    FieldWriter writer(out);
    writer.count(censuses.size(), 1);
    for (const auto& census : censuses)
        write_census(writer, census);
    return out;
}

std::optional<std::vector<Census>> decode_censuses(ByteView bytes)
{
    FieldReader reader(bytes);
    std::vector<Census> censuses(reader.count(1, 255));
    for (auto& census : censuses)
        census = read_census(reader);
    const auto good = [](const Census& census) { return plausible(census); };
    if (!reader.whole() || !std::ranges::all_of(censuses, good)) return std::nullopt;
    return censuses;
}

} // namespace stillwatch::features
