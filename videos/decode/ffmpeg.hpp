#pragma once

// FFmpeg's headers and owners of what they hand out; included in this folder only.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <memory>

namespace stillwatch::videos {

struct FreeWithFfmpeg {
    void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
    void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
    void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
    void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
    void operator()(SwsContext* context) const noexcept { sws_freeContext(context); }
    void operator()(AVIOContext* context) const noexcept
    {
        av_freep(&context->buffer); // it may have been exchanged since
        avio_context_free(&context);
    }
};

template <class Thing>
using Owned = std::unique_ptr<Thing, FreeWithFfmpeg>;

// Options for an open call; what was not taken is freed.
class Options {
public:
    Options() = default;
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    ~Options() { av_dict_free(&entries_); }
    // Throws std::bad_alloc.
    void set(const char* name, const char* value)
    {
        if (av_dict_set(&entries_, name, value, 0) < 0) throw std::bad_alloc();
    }
    AVDictionary** get() noexcept { return &entries_; }

private:
    AVDictionary* entries_ = nullptr;
};

// A new packet, frame or context; throws std::bad_alloc.
template <class Thing>
Owned<Thing> owned(Thing* made)
{
    if (made == nullptr) throw std::bad_alloc();
    return Owned<Thing>(made);
}

} // namespace stillwatch::videos
