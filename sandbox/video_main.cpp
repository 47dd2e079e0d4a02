// stillwatch-video: reads one video, frame by frame. It alone links FFmpeg.
#include "sandbox/sparse_memory.hpp"
#include "sandbox/video_messages.hpp"
#include "sandbox/worker_channel.hpp"
#include "videos/decode/video_decoder.hpp"

#include <malloc.h>

#include <exception>
#include <memory>
#include <new>
#include <optional>

namespace {

using namespace stillwatch;
using namespace stillwatch::sandbox;

// The video that came with the first request.
struct Video {
    Video(std::unique_ptr<SparseFile> of, const videos::VideoLimits& within)
        : file(std::move(of)), limits(within), decoder(*file, within)
    {
    }

    std::unique_ptr<SparseFile> file;
    videos::VideoLimits limits;
    videos::VideoDecoder decoder;
};

VideoAnswer answer_of(Result<VideoReading> reading)
{
    if (!reading) return Refusal(reading.error());
    return std::move(*reading);
}

VideoAnswer read(Video& video, const VideoRequest& request)
{
    try {
        if (const auto* frames = std::get_if<VideoFramesWork>(&request.work))
            return answer_of(video.decoder.frames(frames->pass, frames->after_ms, request.more));
        const auto& near = std::get<VideoNearWork>(request.work);
        return answer_of(video.decoder.frames_near(near.times_ms, request.more));
    } catch (const std::bad_alloc&) {
        return Refusal(Error{Errc::too_large, "video: over the memory of its process"});
    } catch (const std::exception&) {
        return Refusal(Error{Errc::undecodable, "video: an unexpected exception"});
    }
}

int serve()
{
    Bytes buffer(max_datagram_bytes);
    std::unique_ptr<Video> video;
    while (true) {
        auto received = receive(buffer);
        if (!received) return exit_broken_request;
        if (received->datagram.empty()) return 0;
        const auto parts = split_datagram(received->datagram);
        if (!parts || !parts->body.empty()) return exit_broken_request;
        const auto request = decode_video_request(parts->request);
        // The file comes once, with the first request.
        if (!request || static_cast<bool>(received->memory) == (video != nullptr)) return exit_broken_request;
        if (!video) {
            auto file = SparseFile::open(std::move(received->memory), request->file_bytes);
            if (!file) return exit_broken_request;
            video = std::make_unique<Video>(std::move(*file), request->limits);
        }
        if (request->file_bytes != video->file->size() || request->limits != video->limits)
            return exit_broken_request;
        videos::RangeSet there;
        for (const auto& range : request->there)
            there.add(range);
        video->file->tell(std::move(there));
        if (!write_all(encode_video_answer(request->number, read(*video, *request)))) return 0;
    }
}

} // namespace

int main(int argc, char** argv)
{
    // Pictures of some megabytes come and go: what is given back to the system each time comes back as pages
    // to be cleared, which cost a third of a glance.
    constexpr int any_size = 1 << 30;
    (void)mallopt(M_MMAP_THRESHOLD, any_size);
    (void)mallopt(M_TRIM_THRESHOLD, any_size);
    stillwatch::videos::prepare_decoding();
    return stillwatch::sandbox::run_restricted(argc, argv, stillwatch::sandbox::FileOpening::finds_nothing,
                                               &serve);
}
