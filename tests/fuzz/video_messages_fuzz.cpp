#include "sandbox/video_messages.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

using namespace stillwatch;
using namespace stillwatch::sandbox;
using stillwatch::fuzz::claim;

namespace {

VideoRequest asking()
{
    VideoRequest request;
    request.number = 1;
    request.file_bytes = 1U << 20U;
    return request;
}

void check_request(ByteView message)
{
    const auto request = decode_video_request(message);
    if (!request) return;
    const auto again = encode_video_request(*request);
    claim(again.has_value() && again->size() <= max_request_bytes, "what was read can be sent");
    claim(std::equal(again->begin(), again->end(), message.begin(), message.end()), "one request, one form");
}

void check_answer(ByteView payload)
{
    const auto request = asking();
    const auto answer = decode_video_answer(payload, request);
    if (!answer) return;
    if (const auto* reading = std::get_if<VideoReading>(&*answer)) {
        std::int64_t last_ms = -1;
        for (const auto& frame : reading->frames) {
            claim(frame.time_ms > last_ms, "times rise");
            last_ms = frame.time_ms;
            claim(frame.width_px >= 1 && frame.width_px <= VideoFrame::max_side_px && frame.height_px >= 1 &&
                      frame.height_px <= VideoFrame::max_side_px,
                  "sides in bounds");
            claim(frame.picture->size() > 3 * static_cast<std::size_t>(frame.width_px) *
                                              static_cast<std::size_t>(frame.height_px),
                  "a header and every pixel");
        }
        for (const auto& range : reading->missing)
            claim(range.bytes > 0 && range.end() <= request.file_bytes, "missing within the file");
        claim(reading->missing.size() <= VideoReading::max_missing, "few are missing");
    }
    const auto again = encode_video_answer(1, *answer);
    claim(std::equal(again.begin() + answer_header_bytes, again.end(), payload.begin(), payload.end()),
          "one answer, one form");
}

} // namespace

// The first byte chooses what the rest is taken for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const auto message = std::as_bytes(std::span(data, size)).subspan(1);
    if (data[0] % 2 == 0)
        check_request(message);
    else
        check_answer(message);
    return 0;
}
