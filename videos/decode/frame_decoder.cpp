#include "videos/decode/frame_decoder.hpp"

#include "videos/decode/codecs.hpp"

#include <algorithm>
#include <span>

namespace stillwatch::videos {

namespace {

bool is_vouched_for(const AVFrame& frame) noexcept
{
    return frame.decode_error_flags == 0 && (frame.flags & AV_FRAME_FLAG_CORRUPT) == 0 && frame.width > 0 &&
           frame.height > 0 && frame.data[0] != nullptr;
}

} // namespace

Result<FrameDecoder> FrameDecoder::open(const AVStream& stream, Skip skip, const VideoLimits& limits)
{
    const auto* codec = decoder_for(stream.codecpar->codec_id);
    if (codec == nullptr) return Error{Errc::undecodable, "video: a codec that is not read"};
    auto context = owned(avcodec_alloc_context3(codec));
    if (avcodec_parameters_to_context(context.get(), stream.codecpar) < 0)
        return Error{Errc::undecodable, "video: head of the stream"};
    context->thread_count = 1;
    context->pkt_timebase = stream.time_base;
    context->max_pixels = limits.max_pixels;
    context->skip_frame = skip == Skip::all_but_key_frames ? AVDISCARD_NONKEY : AVDISCARD_NONREF;
    Options options;
    options.set("threads", "1");
    options.set("codec_whitelist", decoders_read);
    if (stream.codecpar->codec_id == AV_CODEC_ID_AV1) {
        options.set("framethreads", "1");
        options.set("tilethreads", "1");
        options.set("max_frame_delay", "1");
    }
    if (avcodec_open2(context.get(), codec, options.get()) < 0)
        return Error{Errc::undecodable, "video: head of the stream"};
    return FrameDecoder(std::move(context));
}

void FrameDecoder::note(const AVPacket& packet)
{
    auto& origin = origins_[static_cast<std::size_t>(sent_) % remembered];
    const std::span data(packet.data, static_cast<std::size_t>(packet.size));
    origin.packet = {packet.pos < 0 ? 0U : static_cast<std::uint64_t>(packet.pos), data.size()};
    origin.digest = Sha256::of(std::as_bytes(data));
    origin.is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
    context_->reordered_opaque = sent_++;
}

FrameDecoder::Origin FrameDecoder::origin_of(const AVFrame& frame) const noexcept
{
    const auto number = frame.reordered_opaque;
    if (number < 0 || number >= sent_ || sent_ - number > static_cast<std::int64_t>(remembered)) return {};
    return origins_[static_cast<std::size_t>(number) % remembered];
}

bool FrameDecoder::decode_alone(const AVPacket& packet, AVFrame& frame)
{
    note(packet);
    (void)avcodec_send_packet(context_.get(), &packet); // a refusal gives no frame
    (void)avcodec_send_packet(context_.get(), nullptr);
    av_frame_unref(&frame);
    const bool came = avcodec_receive_frame(context_.get(), &frame) >= 0 && is_vouched_for(frame);
    avcodec_flush_buffers(context_.get());
    if (!came) ++refused_;
    return came;
}

void FrameDecoder::send(const AVPacket* packet)
{
    if (packet != nullptr) note(*packet);
    if (avcodec_send_packet(context_.get(), packet) < 0 && packet != nullptr) ++refused_;
}

FrameDecoder::Received FrameDecoder::receive(AVFrame& frame)
{
    while (true) {
        av_frame_unref(&frame);
        if (avcodec_receive_frame(context_.get(), &frame) < 0) return Received::none;
        if (is_vouched_for(frame)) return Received::frame;
        ++refused_;
    }
}

void FrameDecoder::forget()
{
    avcodec_flush_buffers(context_.get());
}

} // namespace stillwatch::videos
