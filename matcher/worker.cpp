#include "matcher/worker.hpp"

#include "matcher/orient.hpp"
#include "matcher/pdq.hpp"

#include <opencv2/core.hpp>

namespace stillwatch::matcher {

void prepare_worker()
{
    // Debian's OpenCV would start threads of TBB at the first large operation.
    cv::setNumThreads(1);
    // One turn and one fingerprint: OpenCV detects the processor and reads its environment, tables are
    // filled.
    constexpr int side = 64;
    (void)fingerprint(turned_upright(Luma(side, side), 6));
}

} // namespace stillwatch::matcher
