#include "features/extract.hpp"

#include "features/layout.hpp"
#include "features/local_features.hpp"
#include "features/pdq.hpp"
#include "features/sign_grid.hpp"
#include "features/trim.hpp"
#include "features/working_frame.hpp"
#include "packages/decode_package.hpp"
#include "pictures/decode.hpp"
#include "pictures/metadata.hpp"

#include <algorithm>
#include <cmath>
#include <new>

namespace stillwatch::features {

namespace {

// A smaller size says nothing of pixels, a larger one would break arithmetic.
constexpr double furthest_px = 1e6;

// Of a frame of the picture, or of what trimming leaves of it.
Frame hashed(const pictures::Picture& picture, const pictures::Luma& whole, const pictures::Luma& frame,
             Detail detail)
{
    if (detail == Detail::reference) return fingerprint_of_turns(frame);
    if (detail != Detail::coarse || !picture.is_coarse) return fingerprint(frame);
    const auto full = [](int side, int of, int full_of) {
        return static_cast<int>(std::int64_t{side} * full_of / of);
    };
    return coarse_fingerprint(frame, full(frame.width_px, whole.width_px, picture.width_px),
                              full(frame.height_px, whole.height_px, picture.height_px));
}

// Blur spreads less over the pixels of a small version: borders that it may not show are looked for in full.
bool may_have_border(const pictures::Picture& coarse)
{
    return coarse.is_coarse && std::ranges::any_of(coarse.frames, [](const pictures::Luma& frame) {
               return trimmed(frame, wary_quiet_share).has_value();
           });
}

Result<pictures::Picture> decode(ByteView file, const pictures::PictureLimits& limits, Detail detail)
{
    // As a reference one picture is handed in, not a set of them.
    if (detail != Detail::reference && packages::sniff_package(file))
        return packages::decode_package(file, limits);
    if (detail == Detail::coarse) {
        auto picture = pictures::decode_file(file, limits, pictures::Fidelity::coarse);
        if (!picture || !may_have_border(*picture)) return picture;
    }
    return pictures::decode_file(file, limits);
}

// What is kept of a picture, without frames yet.
DecodedFrames no_frames(ByteView file, const pictures::Picture& picture)
{
    return {Sha256::of(file), picture.width_px, picture.height_px, {}};
}

bool is_small(const std::vector<pictures::Luma>& frames)
{
    std::size_t pixels = 0;
    for (const auto& frame : frames)
        pixels += frame.levels.size();
    return pixels <= max_whole_pixels;
}

pictures::Luma cut_out(const pictures::Luma& frame, const Part& part)
{
    pictures::Luma inside(part.width_px, part.height_px);
    for (int y = 0; y < part.height_px; ++y)
        std::copy_n(frame.row(part.y_px + y) + part.x_px, part.width_px, inside.row(y));
    return inside;
}

// Of a still picture only: what moves was hardly put together of others, and costs enough.
std::vector<Part> parts_of_still(const pictures::Picture& picture)
{
    return picture.frames.size() == 1 ? parts_of(picture.frames.front()) : std::vector<Part>();
}

// A part of a frame in pixels of the picture, of which the frame may be a reduced version.
Part in_picture(const Part& part, const pictures::Picture& picture)
{
    const auto& frame = picture.frames.front();
    const auto scaled = [](int value, int of, int full) {
        return static_cast<int>(std::int64_t{value} * full / of);
    };
    Part result;
    result.x_px = scaled(part.x_px, frame.width_px, picture.width_px);
    result.y_px = scaled(part.y_px, frame.height_px, picture.height_px);
    result.width_px = std::max(1, scaled(part.width_px, frame.width_px, picture.width_px));
    result.height_px = std::max(1, scaled(part.height_px, frame.height_px, picture.height_px));
    return result;
}

void add_parts(const pictures::Picture& picture, Extracted& extracted)
{
    auto& features = extracted.features;
    for (const auto& part : parts_of_still(picture)) {
        const auto inside = cut_out(picture.frames.front(), part);
        features.frames.push_back(fingerprint(inside));
        features.frames.back().number = static_cast<int>(features.local.size());
        auto grey = working_frame_of_part(inside);
        features.local.push_back(part_features(grey));
        features.parts.push_back(in_picture(part, picture));
        extracted.decoded.frames.push_back(std::move(grey));
    }
}

Result<Extracted> extract_picture(ByteView file, const pictures::PictureLimits& limits, Detail detail)
{
    auto picture = decode(file, limits, detail);
    if (!picture) return picture.error();

    Extracted extracted{{}, no_frames(file, *picture)};
    auto& features = extracted.features;
    features.format = picture->format;
    features.width_px = picture->width_px;
    features.height_px = picture->height_px;
    features.is_in_part = detail != Detail::reference && picture->is_in_part;
    features.file_digest = extracted.decoded.file_digest;
    features.data_digest = pictures::data_digest(file, picture->format);
    int number = 0;
    for (const auto& frame : picture->frames) {
        const auto add = [&](const pictures::Luma& part, bool is_trimmed) {
            features.frames.push_back(hashed(*picture, frame, part, detail));
            features.frames.back().number = number;
            features.frames.back().trimmed = is_trimmed;
        };
        add(frame, false);
        if (const auto inside = trimmed(frame)) add(*inside, true);
        ++number;
        if (detail < Detail::query) {
            const auto size = working_size(frame, detail);
            features.local.push_back({size.width_px, size.height_px, {}});
            continue;
        }
        auto grey = working_frame(frame, detail);
        features.local.push_back(local_features(grey, detail));
        if (detail == Detail::reference) features.sign_grid.push_back(reference_sign_grid(grey));
        extracted.decoded.frames.push_back(std::move(grey));
    }
    if (detail == Detail::query) add_parts(*picture, extracted);
    const bool is_full = detail == Detail::hashes || is_never_coarse(picture->format);
    if (detail < Detail::query && is_full && is_small(picture->frames))
        extracted.decoded.whole = std::move(picture->frames);
    return extracted;
}

// The worker's memory limit, which this picture reached together with what the worker still holds of others:
// it is no refusal of the decoder's. What needs too much by itself is told from its header.
Error out_of_memory()
{
    return {Errc::io, "not enough memory to decode this picture"};
}

bool is_sound(const View& view, const DecodedFrames& decoded)
{
    const auto tiles_fit = [](int tiles) { return tiles >= 1 && tiles <= SignGrid::max_tiles_a_side; };
    return view.frame >= 0 && static_cast<std::size_t>(view.frame) < decoded.frames.size() &&
           tiles_fit(view.tile_columns) && tiles_fit(view.tile_rows) &&
           std::ranges::all_of(view.a, [](double value) { return std::abs(value) < furthest_px; });
}

} // namespace

Result<Extracted> extract(ByteView file, const pictures::PictureLimits& limits, Detail detail)
{
    try {
        return extract_picture(file, limits, detail);
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    }
}

Result<DecodedFrames> decode_frames(ByteView file, const pictures::PictureLimits& limits)
{
    try {
        const auto picture = decode(file, limits, Detail::query);
        if (!picture) return picture.error();
        auto decoded = no_frames(file, *picture);
        for (const auto& frame : picture->frames)
            decoded.frames.push_back(working_frame(frame, Detail::query));
        for (const auto& part : parts_of_still(*picture))
            decoded.frames.push_back(working_frame_of_part(cut_out(picture->frames.front(), part)));
        return decoded;
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    }
}

Result<PictureFeatures> extract_features(ByteView file, const pictures::PictureLimits& limits, Detail detail)
{
    auto extracted = extract(file, limits, detail);
    if (!extracted) return extracted.error();
    return std::move(extracted->features);
}

Result<std::vector<SignGrid>> sign_grids_of(DecodedFrames& decoded, const std::vector<View>& views)
{
    for (const auto& frame : decoded.whole)
        decoded.frames.push_back(working_frame(frame, Detail::query));
    decoded.whole.clear();
    std::vector<SignGrid> sign_grids;
    for (const auto& view : views) {
        if (!is_sound(view, decoded))
            return Error{Errc::invalid_argument, "a view of nothing in this picture"};
        sign_grids.push_back(sign_grid_at(decoded.frames[static_cast<std::size_t>(view.frame)], view));
    }
    return sign_grids;
}

} // namespace stillwatch::features
