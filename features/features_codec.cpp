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
constexpr std::size_t sign_grid_head_size = 1 + 1;
constexpr std::size_t tile_traits_size = 1 + 1;
constexpr std::size_t part_size = 4 * 4;

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

void write_sign_grid(FieldWriter& writer, const SignGrid& sign_grid)
{
    writer.small(sign_grid.tile_columns, 1);
    writer.small(sign_grid.tile_rows, 1);
    for (const auto* plane :
         {&sign_grid.right, &sign_grid.down, &sign_grid.right_clear, &sign_grid.down_clear})
        writer.bytes(std::as_bytes(std::span(*plane)));
}

SignGrid read_sign_grid(FieldReader& reader)
{
    SignGrid sign_grid;
    sign_grid.tile_columns = static_cast<int>(reader.count(1, SignGrid::max_tiles_a_side));
    sign_grid.tile_rows = static_cast<int>(reader.count(1, SignGrid::max_tiles_a_side));
    for (auto* plane : {&sign_grid.right, &sign_grid.down, &sign_grid.right_clear, &sign_grid.down_clear}) {
        const auto part = reader.take(sign_grid.plane_bytes());
        plane->resize(part.size());
        std::ranges::transform(part, plane->begin(),
                               [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
    }
    return sign_grid;
}

void write_reference_sign_grid(FieldWriter& writer, const ReferenceSignGrid& reference)
{
    write_sign_grid(writer, reference.sign_grid);
    for (const auto& tile : reference.tiles) {
        writer.number(tile.chance, 1);
        writer.number(tile.is_graphic ? 1 : 0, 1);
    }
}

ReferenceSignGrid read_reference_sign_grid(FieldReader& reader)
{
    ReferenceSignGrid reference;
    reference.sign_grid = read_sign_grid(reader);
    reference.tiles.resize(reference.sign_grid.plane_bytes() / SignGrid::tile_cells);
    for (auto& tile : reference.tiles) {
        tile.chance = static_cast<std::uint8_t>(reader.number(1));
        tile.is_graphic = reader.flag();
    }
    return reference;
}

void write_part(FieldWriter& writer, const Part& part)
{
    for (const int value : {part.x_px, part.y_px, part.width_px, part.height_px})
        writer.small(value, 4);
}

Part read_part(FieldReader& reader)
{
    Part part;
    for (int* value : {&part.x_px, &part.y_px, &part.width_px, &part.height_px})
        *value = reader.small(4);
    return part;
}

std::size_t sign_grid_size(const SignGrid& sign_grid) noexcept
{
    return sign_grid_head_size + sign_grid.right.size() + sign_grid.down.size() +
           sign_grid.right_clear.size() + sign_grid.down_clear.size();
}

} // namespace

std::size_t encoded_size(const PictureFeatures& features) noexcept
{
    std::size_t size = head_size + 1 + features.frames.size() * frame_size;
    size += 1 + features.local.size() * local_head_size;
    for (const auto& local : features.local)
        size += local.features.size() * local_feature_size;
    size += 1 + (features.sign_grid.empty() ? 2 + features.parts.size() * part_size : 0);
    for (const auto& reference : features.sign_grid)
        size += sign_grid_size(reference.sign_grid) + reference.tiles.size() * tile_traits_size;
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
    writer.count(features.sign_grid.size(), 1);
    for (const auto& reference : features.sign_grid)
        write_reference_sign_grid(writer, reference);
    if (!features.sign_grid.empty()) return; // of a reference, which has no parts
    writer.count(features.parts.size(), 1);
    for (const auto& part : features.parts)
        write_part(writer, part);
    writer.number(features.is_in_part ? 1 : 0, 1);
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
    features.frames.resize(reader.count(1, PictureFeatures::max_fingerprints + PictureFeatures::max_parts));
    for (auto& frame : features.frames)
        frame = read_frame(reader);
    features.local.resize(reader.count(1, PictureFeatures::max_frames + PictureFeatures::max_parts));
    for (auto& local : features.local)
        local = read_local(reader);
    features.sign_grid.resize(reader.count(1, PictureFeatures::max_frames));
    for (auto& reference : features.sign_grid)
        reference = read_reference_sign_grid(reader);
    if (features.sign_grid.empty()) features.parts.resize(reader.count(1, PictureFeatures::max_parts));
    for (auto& part : features.parts)
        part = read_part(reader);
    if (features.sign_grid.empty()) features.is_in_part = reader.count(1, 1) == 1;
    if (!reader.whole() || !plausible(features, detail)) return std::nullopt;
    return features;
}

Bytes encode_sign_grids(const std::vector<SignGrid>& sign_grids)
{
    Bytes out;
    FieldWriter writer(out);
    writer.count(sign_grids.size(), 1);
    for (const auto& sign_grid : sign_grids)
        write_sign_grid(writer, sign_grid);
    return out;
}

std::optional<std::vector<SignGrid>> decode_sign_grids(ByteView bytes)
{
    FieldReader reader(bytes);
    std::vector<SignGrid> sign_grids(reader.count(1, 255));
    for (auto& sign_grid : sign_grids)
        sign_grid = read_sign_grid(reader);
    const auto good = [](const SignGrid& sign_grid) { return plausible(sign_grid); };
    if (!reader.whole() || !std::ranges::all_of(sign_grids, good)) return std::nullopt;
    return sign_grids;
}

} // namespace stillwatch::features
