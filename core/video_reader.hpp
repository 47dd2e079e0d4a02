#pragma once

#include "core/async.hpp"
#include "core/inspector.hpp"
#include "core/result.hpp"
#include "core/video.hpp"

#include <memory>
#include <vector>

namespace stillwatch {

// Reads one video in a restricted process of its own, which ends with the reader. First put() what there is
// of the file, then ask for frames; where the answer names missing ranges, fetch and put() them and ask the
// same again. Errors: undecodable (no container or codec that is read, encrypted, broken), too_large (pixels,
// or bytes that were put), lost (the process died or was late: nothing is known), io (it cannot be started),
// invalid_argument, cancelled. After lost, io and cancelled each further call gives the same error.
class VideoReader {
public:
    static constexpr Errc lost = Inspector::lost;

    virtual ~VideoReader() = default;
    // Bytes of the file from `from` on. Errors: invalid_argument (outside the file, or more separate ranges
    // than a reader remembers), too_large, io.
    virtual Result<void> put(std::uint64_t from, ByteView bytes) = 0;
    // The next chosen frames of a pass whose time is greater than `after_ms` (-1: from the beginning), a few
    // a call. `more`: cannot_come makes the best of what is there instead of naming what is missing.
    virtual Task<Result<VideoReading>> frames(VideoPass pass, std::int64_t after_ms, MoreBytes more) = 0;
    // Of each time (rising, at most VideoReading::max_times) the frame nearest to it, whatever it shows; a
    // frame that is nearest to two of them is told once; where the answer names a time to go on after, ask
    // again for the later ones. A match at t is confirmed by a neighbour 200 to 500 ms before or behind it.
    virtual Task<Result<VideoReading>> frames_near(std::vector<std::int64_t> times_ms, MoreBytes more) = 0;
};

// Starts readers; each is a process, so whoever opens them keeps their number in bounds.
class VideoReaders {
public:
    virtual ~VideoReaders() = default;
    // For a file of that size, of which nothing is there yet. Errors: invalid_argument (no bytes, or more
    // than any file has), io.
    virtual Result<std::unique_ptr<VideoReader>> open(std::uint64_t file_bytes) = 0;
};

} // namespace stillwatch
