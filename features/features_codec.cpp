#include "features/features_codec.hpp"

#include "features/plausible.hpp"

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
void write_words(BinaryWriter& writer, const Words& words)
{
    for (const auto word : words)
        writer.number<std::uint64_t>(word);
}

template <class Words>
void read_words(BinaryReader& reader, Words& words)
{
    for (auto& word : words)
        word = reader.number<std::uint64_t>();
}

void write_frame(BinaryWriter& writer, const Frame& frame)
{
    writer.clamped<std::uint8_t>(frame.quality_percent);
    writer.clamped<std::uint8_t>(frame.number);
    writer.flag(frame.trimmed);
    for (const auto& fingerprint : frame.fingerprints)
        write_words(writer, fingerprint.words);
}

Frame read_frame(BinaryReader& reader)
{
    Frame frame;
    frame.quality_percent = reader.integer<std::uint8_t>();
    frame.number = reader.integer<std::uint8_t>();
    frame.trimmed = reader.flag();
    for (auto& fingerprint : frame.fingerprints)
        read_words(reader, fingerprint.words);
    return frame;
}

void write_local(BinaryWriter& writer, const LocalFeatures& local)
{
    writer.clamped<std::uint16_t>(local.width_px);
    writer.clamped<std::uint16_t>(local.height_px);
    writer.clamped<std::uint16_t>(local.features.size());
    for (const auto& feature : local.features) {
        write_words(writer, feature.descriptor.words);
        writer.number<std::uint16_t>(feature.x);
        writer.number<std::uint16_t>(feature.y);
        writer.number<std::uint8_t>(feature.level);
        writer.number<std::uint8_t>(feature.angle);
    }
}

LocalFeatures read_local(BinaryReader& reader)
{
    LocalFeatures local;
    local.width_px = reader.integer<std::uint16_t>();
    local.height_px = reader.integer<std::uint16_t>();
    const auto count = reader.count<std::uint16_t>(LocalFeatures::max_features);
    local.features.resize(count);
    for (auto& feature : local.features) {
        read_words(reader, feature.descriptor.words);
        feature.x = reader.number<std::uint16_t>();
        feature.y = reader.number<std::uint16_t>();
        feature.level = reader.number<std::uint8_t>();
        feature.angle = reader.number<std::uint8_t>();
    }
    return local;
}

void write_sign_grid(BinaryWriter& writer, const SignGrid& sign_grid)
{
    writer.clamped<std::uint8_t>(sign_grid.tile_columns);
    writer.clamped<std::uint8_t>(sign_grid.tile_rows);
    for (const auto* plane :
         {&sign_grid.right, &sign_grid.down, &sign_grid.right_clear, &sign_grid.down_clear})
        writer.bytes(std::as_bytes(std::span(*plane)));
}

SignGrid read_sign_grid(BinaryReader& reader)
{
    SignGrid sign_grid;
    sign_grid.tile_columns = static_cast<int>(reader.count<std::uint8_t>(SignGrid::max_tiles_a_side));
    sign_grid.tile_rows = static_cast<int>(reader.count<std::uint8_t>(SignGrid::max_tiles_a_side));
    for (auto* plane : {&sign_grid.right, &sign_grid.down, &sign_grid.right_clear, &sign_grid.down_clear}) {
        const auto part = reader.bytes(sign_grid.plane_bytes());
        plane->resize(part.size());
        std::ranges::transform(part, plane->begin(),
                               [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
    }
    return sign_grid;
}

void write_reference_sign_grid(BinaryWriter& writer, const ReferenceSignGrid& reference)
{
    write_sign_grid(writer, reference.sign_grid);
    for (const auto& tile : reference.tiles) {
        writer.number<std::uint8_t>(tile.chance);
        writer.flag(tile.is_graphic);
    }
}

ReferenceSignGrid read_reference_sign_grid(BinaryReader& reader)
{
    ReferenceSignGrid reference;
    reference.sign_grid = read_sign_grid(reader);
    reference.tiles.resize(reference.sign_grid.plane_bytes() / SignGrid::tile_cells);
    for (auto& tile : reference.tiles) {
        tile.chance = reader.number<std::uint8_t>();
        tile.is_graphic = reader.flag();
    }
    return reference;
}

void write_part(BinaryWriter& writer, const Part& part)
{
    for (const int value : {part.x_px, part.y_px, part.width_px, part.height_px})
        writer.clamped<std::uint32_t>(value);
}

Part read_part(BinaryReader& reader)
{
    Part part;
    for (int* value : {&part.x_px, &part.y_px, &part.width_px, &part.height_px})
        *value = reader.integer<std::uint32_t>();
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

void write_features(BinaryWriter& writer, const PictureFeatures& features)
{
    writer.number(static_cast<std::uint8_t>(features.format));
    writer.clamped<std::uint32_t>(features.width_px);
    writer.clamped<std::uint32_t>(features.height_px);
    writer.bytes(features.file_digest.bytes);
    writer.bytes(features.data_digest.bytes);
    writer.clamped<std::uint8_t>(features.frames.size());
    for (const auto& frame : features.frames)
        write_frame(writer, frame);
    writer.clamped<std::uint8_t>(features.local.size());
    for (const auto& local : features.local)
        write_local(writer, local);
    writer.clamped<std::uint8_t>(features.sign_grid.size());
    for (const auto& reference : features.sign_grid)
        write_reference_sign_grid(writer, reference);
    if (!features.sign_grid.empty()) return; // of a reference, which has no parts
    writer.clamped<std::uint8_t>(features.parts.size());
    for (const auto& part : features.parts)
        write_part(writer, part);
    writer.flag(features.is_in_part);
}

std::optional<PictureFeatures> decode_features(ByteView bytes, Detail detail)
{
    BinaryReader reader(bytes);
    PictureFeatures features;
    features.format = static_cast<PictureFormat>(reader.integer<std::uint8_t>());
    features.width_px = reader.integer<std::uint32_t>();
    features.height_px = reader.integer<std::uint32_t>();
    features.file_digest = reader.digest();
    features.data_digest = reader.digest();
    // Sized at once, as the vectors inside, so that no outgrown copy of a reference is left behind in memory.
    features.frames.resize(
        reader.count<std::uint8_t>(PictureFeatures::max_fingerprints + PictureFeatures::max_parts));
    for (auto& frame : features.frames)
        frame = read_frame(reader);
    features.local.resize(
        reader.count<std::uint8_t>(PictureFeatures::max_frames + PictureFeatures::max_parts));
    for (auto& local : features.local)
        local = read_local(reader);
    features.sign_grid.resize(reader.count<std::uint8_t>(PictureFeatures::max_frames));
    for (auto& reference : features.sign_grid)
        reference = read_reference_sign_grid(reader);
    if (features.sign_grid.empty())
        features.parts.resize(reader.count<std::uint8_t>(PictureFeatures::max_parts));
    for (auto& part : features.parts)
        part = read_part(reader);
    if (features.sign_grid.empty()) features.is_in_part = reader.count<std::uint8_t>(1) == 1;
    if (!reader.complete() || !plausible(features, detail)) return std::nullopt;
    return features;
}

Bytes encode_sign_grids(const std::vector<SignGrid>& sign_grids)
{
    BinaryWriter writer;
    writer.clamped<std::uint8_t>(sign_grids.size());
    for (const auto& sign_grid : sign_grids)
        write_sign_grid(writer, sign_grid);
    return std::move(writer).take();
}

std::optional<std::vector<SignGrid>> decode_sign_grids(ByteView bytes)
{
    BinaryReader reader(bytes);
    std::vector<SignGrid> sign_grids(reader.count<std::uint8_t>(255));
    for (auto& sign_grid : sign_grids)
        sign_grid = read_sign_grid(reader);
    const auto good = [](const SignGrid& sign_grid) { return plausible(sign_grid); };
    if (!reader.complete() || !std::ranges::all_of(sign_grids, good)) return std::nullopt;
    return sign_grids;
}

} // namespace stillwatch::features
