#include "tests/fuzz/claim.hpp"
#include "videos/decode/video_decoder.hpp"
#include "videos/range_set.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace stillwatch;
using namespace stillwatch::videos;
using stillwatch::fuzz::claim;

namespace {

// The file without a stretch in its middle.
class WithAGap final : public FileBytes {
public:
    WithAGap(ByteView bytes, ByteRange gap) : file_(bytes)
    {
        there_.add({0, gap.from});
        if (gap.end() < bytes.size()) there_.add({gap.end(), bytes.size() - gap.end()});
    }
    std::uint64_t size() const noexcept override { return file_.size(); }
    std::size_t read(std::uint64_t at, std::span<std::byte> out) override
    {
        return file_.read(at, out.first(std::min<std::uint64_t>(out.size(), there_.bytes_from(at))));
    }
    bool has(ByteRange range) const noexcept override { return there_.has(range); }
    std::vector<ByteRange> missing_of(ByteRange range) const override { return there_.missing_of(range); }

private:
    WholeFile file_;
    RangeSet there_;
};

void check(const Result<VideoReading>& reading, std::uint64_t file_bytes)
{
    if (!reading) {
        claim(reading.error().code == Errc::undecodable || reading.error().code == Errc::too_large,
              "an error that is promised");
        claim(!reading.error().detail.empty(), "an error says why");
        return;
    }
    std::int64_t last_ms = -1;
    for (const auto& frame : reading->frames) {
        claim(frame.time_ms > last_ms, "times rise");
        last_ms = frame.time_ms;
        claim(frame.width_px <= VideoFrame::max_side_px && frame.height_px <= VideoFrame::max_side_px,
              "sides in bounds");
    }
    for (const auto& range : reading->missing)
        claim(range.bytes > 0 && range.end() <= file_bytes, "missing within the file");
    claim(reading->missing.size() <= VideoReading::max_missing, "few are missing");
}

void walk(FileBytes& file, VideoPass pass, MoreBytes more)
{
    VideoLimits limits;
    limits.glance_processor_time = limits.look_processor_time = std::chrono::milliseconds(500);
    limits.max_pixels = 1U << 18U; // small, so that many inputs are tried a second
    limits.max_frames = 20;
    VideoDecoder decoder(file, limits);
    std::int64_t after_ms = -1;
    for (int call = 0; call < 8; ++call) {
        const auto reading = decoder.frames(pass, after_ms, more);
        check(reading, file.size());
        if (!reading || !reading->go_on_after_ms || !reading->missing.empty()) break;
        claim(*reading->go_on_after_ms > after_ms, "a pass goes on");
        after_ms = *reading->go_on_after_ms;
    }
    const std::vector<std::int64_t> times{300, 1'500};
    check(decoder.frames_near(times, more), file.size());
}

} // namespace

// Any bytes as a video file, whole and with a gap.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const bool prepared = [] {
        prepare_decoding();
        return true;
    }();
    (void)prepared;
    const auto bytes = std::as_bytes(std::span(data, size));
    WholeFile whole(bytes);
    walk(whole, VideoPass::glance, MoreBytes::cannot_come);
    walk(whole, VideoPass::look, MoreBytes::cannot_come);
    WithAGap gap(bytes, {size / 2, size / 4});
    walk(gap, VideoPass::glance, MoreBytes::can_come);
    walk(gap, VideoPass::glance, MoreBytes::cannot_come);
    return 0;
}
