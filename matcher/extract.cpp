#include "matcher/extract.hpp"

#include "matcher/decode.hpp"
#include "matcher/metadata.hpp"
#include "matcher/pdq.hpp"

#include <new>

namespace stillwatch::matcher {

namespace {

Result<PictureFeatures> extract(ByteView file, const PictureLimits& limits)
{
    const auto format = sniff_picture(file);
    if (!format) return Error{Errc::undecodable, "no picture format that we read"};
    const auto picture = decode_picture(file, *format, limits);
    if (!picture) return picture.error();

    PictureFeatures features;
    features.format = *format;
    features.width_px = picture->width_px;
    features.height_px = picture->height_px;
    features.file_digest = Sha256::of(file);
    features.data_digest = data_digest(file, *format);
    for (const auto& frame : picture->frames)
        features.frames.push_back(fingerprint(frame));
    return features;
}

} // namespace

Result<PictureFeatures> extract_features(ByteView file, const PictureLimits& limits)
{
    try {
        return extract(file, limits);
    } catch (const std::bad_alloc&) { // the worker's memory limit; the next picture may be smaller
        return Error{Errc::too_large, "not enough memory to decode this picture"};
    }
}

} // namespace stillwatch::matcher
