#pragma once

#include "features/extract.hpp"
#include "pictures/picture.hpp"

#include <cstdint>
#include <vector>

// Pictures drawn for tests: no file is needed and equal seeds give equal pictures.
namespace stillwatch::pictures::test {

// 8-bit RGBA, row-major.
struct Drawing {
    int width_px = 0;
    int height_px = 0;
    std::vector<std::uint8_t> rgba;

    Drawing(int width, int height, std::uint8_t level = 255);
    std::uint8_t* at(int x, int y);
    const std::uint8_t* at(int x, int y) const;
};

// Soft blobs, edges and some grain over a gradient: as much structure as a photograph has. The content
// depends on the seed only, so two sizes of one seed show the same scene.
Drawing scene(unsigned seed, int width_px, int height_px);
// Hundreds of shapes of all sizes and a little noise: local features find enough to hold on to. Shapes are as
// large against the longer side in every size.
Drawing detailed_scene(unsigned seed, int width_px, int height_px);
// One colour all over.
Drawing flat(std::uint8_t level, int width_px, int height_px);

Drawing resized(const Drawing& drawing, int width_px, int height_px); // means over areas
Drawing mirrored(const Drawing& drawing);                             // left to right
Drawing rotated_right(const Drawing& drawing);                        // a quarter turn clockwise
Drawing brightened(const Drawing& drawing, double gain, int offset);
Drawing negative(const Drawing& drawing);
Drawing turned(const Drawing& drawing, Orientation orientation);
Drawing cropped(const Drawing& drawing, int left, int top, int width_px, int height_px);
Drawing with_pasted(const Drawing& drawing, const Drawing& part, int left, int top); // clipped at the borders
// What has to be stored for `drawing` to be shown under this EXIF orientation.
Drawing stored_for_orientation(const Drawing& drawing, int exif_orientation);

Luma luma(const Drawing& drawing);
features::DecodedFrames::Grey grey(const Drawing& drawing); // pixel for pixel, as if it were a working frame

} // namespace stillwatch::pictures::test
