#pragma once

#include "pictures/limits.hpp"

namespace stillwatch::pictures {

// What libheif asks for the pictures inside: libde265 without threads, and the size of a coded picture
// checked before it takes memory. libheif's own use of libde265 starts a thread, its decoders of AV1 start
// several, and the restricted worker may start none; so AV1 inside is refused here (AVIF files have a decoder
// of their own). Call once, before anything else of libheif and before the worker is restricted: libheif
// looks for plugins in the file system. Later calls do nothing.
void prepare_libheif();

// While it lives: the bounds for pictures that this thread decodes, and what was told of the last one.
class HevcDecoding {
public:
    explicit HevcDecoding(const PictureLimits& limits);
    HevcDecoding(const HevcDecoding&) = delete;
    HevcDecoding& operator=(const HevcDecoding&) = delete;
    ~HevcDecoding();

    // A picture was refused for its coded size.
    bool was_too_large() const noexcept { return was_too_large_; }
    // Its levels use all values rather than those of television.
    bool is_full_range() const noexcept { return is_full_range_; }

private:
    friend struct HevcPlugin;
    PictureLimits limits_;
    bool was_too_large_ = false;
    bool is_full_range_ = false;
};

} // namespace stillwatch::pictures
