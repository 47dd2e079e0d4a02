#include "matcher/extract.hpp"

#include "matcher/census.hpp"
#include "matcher/decode.hpp"
#include "matcher/local_features.hpp"
#include "matcher/metadata.hpp"
#include "matcher/pdq.hpp"
#include "matcher/trim.hpp"
#include "matcher/working_frame.hpp"

#include <algorithm>
#include <cmath>
#include <new>

namespace stillwatch::matcher {

namespace {

// A smaller size says nothing of pixels, a larger one would break arithmetic.
constexpr double furthest_px = 1e6;

void add_fingerprint(PictureFeatures& features, const Luma& frame, Detail detail, int number, bool is_trimmed)
{
    auto hashed = detail == Detail::reference ? fingerprint_of_turns(frame) : fingerprint(frame);
    hashed.number = number;
    hashed.trimmed = is_trimmed;
    features.frames.push_back(hashed);
}

Result<Extracted> extract_picture(ByteView file, const PictureLimits& limits, Detail detail)
{
    const auto format = sniff_picture(file);
    if (!format) return Error{Errc::undecodable, "no picture format that we read"};
    auto picture = decode_picture(file, *format, limits);
    if (!picture) return picture.error();

    Extracted extracted;
    auto& features = extracted.features;
    features.format = *format;
    features.width_px = picture->width_px;
    features.height_px = picture->height_px;
    features.file_digest = Sha256::of(file);
    features.data_digest = data_digest(file, *format);
    extracted.gist.file_digest = features.file_digest;
    int number = 0;
    for (const auto& frame : picture->frames) {
        add_fingerprint(features, frame, detail, number, false);
        if (const auto inside = trimmed(frame)) add_fingerprint(features, *inside, detail, number, true);
        auto grey = working_frame(frame, detail);
        features.local.push_back(local_features(grey, detail));
        if (detail == Detail::reference) features.census.push_back(reference_census(grey));
        extracted.gist.frames.push_back(std::move(grey));
        ++number;
    }
    return extracted;
}

bool is_sound(const View& view, const Gist& gist)
{
    const auto tiles_fit = [](int tiles) { return tiles >= 1 && tiles <= Census::max_tiles_a_side; };
    return view.frame >= 0 && static_cast<std::size_t>(view.frame) < gist.frames.size() &&
           tiles_fit(view.tile_columns) && tiles_fit(view.tile_rows) &&
           std::ranges::all_of(view.a, [](double value) { return std::abs(value) < furthest_px; });
}

} // namespace

Result<Extracted> extract(ByteView file, const PictureLimits& limits, Detail detail)
{
    try {
        return extract_picture(file, limits, detail);
    } catch (const std::bad_alloc&) { // the worker's memory limit; the next picture may be smaller
        return Error{Errc::too_large, "not enough memory to decode this picture"};
    }
}

Result<PictureFeatures> extract_features(ByteView file, const PictureLimits& limits, Detail detail)
{
    auto extracted = extract(file, limits, detail);
    if (!extracted) return extracted.error();
    return std::move(extracted->features);
}

Result<std::vector<Census>> censuses_of(const Gist& gist, const std::vector<View>& views)
{
    std::vector<Census> censuses;
    for (const auto& view : views) {
        if (!is_sound(view, gist)) return Error{Errc::invalid_argument, "a view of nothing in this picture"};
        censuses.push_back(census_at(gist.frames[static_cast<std::size_t>(view.frame)], view));
    }
    return censuses;
}

} // namespace stillwatch::matcher
