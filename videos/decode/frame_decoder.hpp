#pragma once

#include "core/result.hpp"
#include "core/video.hpp"
#include "videos/decode/ffmpeg.hpp"
#include "videos/limits.hpp"

#include <array>
#include <cstdint>

namespace stillwatch::videos {

// Packets of one stream to frames, on this thread.
class FrameDecoder {
public:
    enum class Skip : std::uint8_t { all_but_key_frames, frames_that_none_needs };

    // Errors: undecodable (the decoder refuses the stream's head).
    static Result<FrameDecoder> open(const AVStream& stream, Skip skip, const VideoLimits& limits);

    // Decodes a key frame alone: nothing before or behind it is waited for. False where it gives no frame, or
    // one that the decoder does not vouch for.
    bool decode_alone(const AVPacket& packet, AVFrame& frame);

    // A packet in their order; `nullptr` at the end.
    void send(const AVPacket* packet);
    enum class Received : std::uint8_t { frame, none };
    // The next frame that the decoder vouches for.
    Received receive(AVFrame& frame);
    // Forgets all frames, after a jump.
    void forget();
    std::uint32_t take_refused() noexcept { return std::exchange(refused_, 0U); }

    // Of the packet that the frame came from.
    struct Origin {
        ByteRange packet{};
        Sha256 digest{};
        bool is_key = false;
    };
    Origin origin_of(const AVFrame& frame) const noexcept;

private:
    explicit FrameDecoder(Owned<AVCodecContext> context) : context_(std::move(context)) {}
    void note(const AVPacket& packet);

    // More than any codec keeps back.
    static constexpr std::size_t remembered = 64;
    Owned<AVCodecContext> context_;
    std::array<Origin, remembered> origins_{};
    std::int64_t sent_ = 0;
    std::uint32_t refused_ = 0;
};

} // namespace stillwatch::videos
