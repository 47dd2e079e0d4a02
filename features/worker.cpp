#include "features/worker.hpp"

#include "features/local_features.hpp"
#include "features/pdq.hpp"
#include "features/sign_grid.hpp"
#include "features/trim.hpp"
#include "features/working_frame.hpp"
#include "packages/unpack.hpp"
#include "pictures/decode.hpp"
#include "pictures/orient.hpp"

#include <malloc.h>
#include <opencv2/core.hpp>

namespace stillwatch::features {

namespace {

// Spots in rows, so that every step finds something to do.
pictures::Luma drawn(int width, int height)
{
    constexpr int spacing = 16;
    constexpr int spot = 5;
    pictures::Luma picture(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            if (x % spacing < spot && y % spacing < spot)
                picture.row(y)[x] = static_cast<std::uint16_t>(256 * (x % 200));
    return picture;
}

} // namespace

void prepare_worker()
{
    // Pictures come one after the other: memory given back to the kernel after each is asked for again, page
    // by page, at the next (an eighth of the time of a small picture).
    constexpr int kept_bytes = 64 << 20;
    (void)mallopt(M_MMAP_THRESHOLD, kept_bytes / 4);
    (void)mallopt(M_TRIM_THRESHOLD, kept_bytes);
    // Debian's OpenCV would start threads of TBB at the first large operation.
    cv::setNumThreads(1);
    pictures::prepare_decoders();
    packages::prepare_unpacking();
    // Everything once, for pictures that are made larger and smaller (a long one is, however few its pixels):
    // OpenCV detects the processor, reads its environment and fills tables at first use.
    for (const auto& picture : {drawn(64, 48), drawn(1'200, 40)}) {
        (void)fingerprint(pictures::turned_upright(picture, 6));
        (void)trimmed(picture);
        for (const auto detail : {Detail::query, Detail::reference}) {
            const auto frame = working_frame(picture, detail);
            (void)local_features(frame, detail);
            (void)reference_sign_grid(frame);
            const View whole{
                0,
                12,
                9,
                {static_cast<double>(frame.width_px), 0, 0, 0, static_cast<double>(frame.height_px), 0}};
            (void)sign_grid_at(frame, whole);
        }
    }
}

} // namespace stillwatch::features
