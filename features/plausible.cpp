#include "features/plausible.hpp"

#include <algorithm>

namespace stillwatch::features {

namespace {

bool within(std::int64_t value, std::int64_t lowest, std::int64_t highest) noexcept
{
    return value >= lowest && value <= highest;
}

bool is_good(const Frame& frame, std::size_t working_frames) noexcept
{
    return within(frame.quality_percent, 0, 100) &&
           within(frame.number, 0, static_cast<std::int64_t>(working_frames) - 1);
}

bool is_good(const LocalFeatures& local, Detail detail) noexcept
{
    if (!within(local.width_px, 1, LocalFeatures::max_side_px)) return false;
    if (!within(local.height_px, 1, LocalFeatures::max_side_px)) return false;
    const auto most = detail < Detail::query ? 0 : LocalFeatures::max_features;
    if (local.features.size() > most) return false;
    return std::ranges::all_of(local.features, [&](const LocalFeature& feature) {
        return feature.x < local.width_px * LocalFeature::units_per_px &&
               feature.y < local.height_px * LocalFeature::units_per_px && feature.level <= max_feature_level;
    });
}

bool is_good(const Part& part, const PictureFeatures& features) noexcept
{
    return within(part.x_px, 0, features.width_px) && within(part.y_px, 0, features.height_px) &&
           within(part.width_px, 1, features.width_px - part.x_px) &&
           within(part.height_px, 1, features.height_px - part.y_px);
}

bool is_good(const ReferenceSignGrid& reference) noexcept
{
    return plausible(reference.sign_grid) &&
           reference.tiles.size() * SignGrid::tile_cells == reference.sign_grid.plane_bytes();
}

} // namespace

bool plausible(const SignGrid& sign_grid) noexcept
{
    if (!within(sign_grid.tile_columns, 1, SignGrid::max_tiles_a_side)) return false;
    if (!within(sign_grid.tile_rows, 1, SignGrid::max_tiles_a_side)) return false;
    const auto bytes = sign_grid.plane_bytes();
    return sign_grid.right.size() == bytes && sign_grid.down.size() == bytes &&
           sign_grid.right_clear.size() == bytes && sign_grid.down_clear.size() == bytes;
}

bool plausible(const PictureFeatures& features, Detail detail) noexcept
{
    const auto working_frames = features.local.size();
    const auto sign_grids = detail == Detail::reference ? working_frames : 0;
    if (name_of(features.format) == "unknown") return false;
    if (features.width_px < 1 || features.height_px < 1) return false;
    const auto parts = features.parts.size();
    if (parts > (detail == Detail::query ? PictureFeatures::max_parts : 0)) return false;
    if (features.frames.empty() || features.frames.size() > PictureFeatures::max_fingerprints + parts)
        return false;
    if (working_frames < 1 + parts || working_frames > PictureFeatures::max_frames + parts) return false;
    if (features.sign_grid.size() != sign_grids) return false;
    const auto good_frame = [&](const Frame& frame) { return is_good(frame, working_frames); };
    const auto good_local = [&](const LocalFeatures& local) { return is_good(local, detail); };
    const auto good_sign_grid = [](const ReferenceSignGrid& reference) { return is_good(reference); };
    const auto good_part = [&](const Part& part) { return is_good(part, features); };
    return std::ranges::all_of(features.frames, good_frame) &&
           std::ranges::all_of(features.parts, good_part) &&
           std::ranges::all_of(features.local, good_local) &&
           std::ranges::all_of(features.sign_grid, good_sign_grid);
}

} // namespace stillwatch::features
