#pragma once

#include "core/result.hpp"
#include "core/video.hpp"
#include "videos/container.hpp"
#include "videos/decode/file_input.hpp"
#include "videos/limits.hpp"

#include <memory>
#include <vector>

namespace stillwatch::videos {

// A key frame as the index of a file names it.
struct KeyFrameEntry {
    std::int64_t timestamp = 0; // in the stream's own unit
    std::int64_t time_ms = 0;
    ByteRange packet{}; // without bytes where the index tells only the place
};

// The video in a file: its first stream of the largest picture, packet by packet.
class Demuxer {
public:
    // Errors: undecodable, too_large (pixels). Where they come from bytes that are not there,
    // input().missing_at() says which.
    static Result<std::unique_ptr<Demuxer>> open(std::unique_ptr<FileInput> input, Container container,
                                                 const VideoLimits& limits,
                                                 std::optional<ByteRange>& missing);

    const AVStream& stream() const noexcept { return *stream_; }
    FileInput& input() noexcept { return *input_; }
    // Width and height are of the frame as it is stored.
    const VideoFacts& facts() const noexcept { return facts_; }
    AVRational aspect_of(AVFrame& frame) noexcept
    {
        return av_guess_sample_aspect_ratio(format_.get(), stream_, &frame);
    }

    // Leaves out, where the container allows it, everything but key frames.
    void want_key_frames_only(bool only) noexcept;

    enum class Read : std::uint8_t { packet, end, missing };
    // The next whole packet of the video.
    Read next(AVPacket& packet);
    // Packets that were not whole or not authentic, since the last call of this.
    std::uint32_t take_refused() noexcept { return std::exchange(refused_, 0U); }

    // The packets end where encrypted ones begin.
    bool met_encryption() const noexcept { return met_encryption_; }

    // Goes to a key frame that is not later, the last one where the container names them. False where it
    // could not: the reader is to be made anew, and begins at the beginning.
    bool go_to(std::int64_t time_ms);
    bool go_to(const KeyFrameEntry& entry);

    std::int64_t time_of(std::int64_t timestamp) const noexcept;
    // At most limits.max_index_entries; whether there were more is told in `has_more`.
    std::vector<KeyFrameEntry> key_frames(bool& has_more) const;

private:
    Demuxer(std::unique_ptr<FileInput> input, Owned<AVFormatContext> format, Container container,
            const VideoLimits& limits);
    Result<void> choose_stream();
    Read read_one(AVPacket& packet);
    bool jump(std::int64_t time_ms);
    bool is_key_frame_before(std::int64_t time_ms);

    std::unique_ptr<FileInput> input_;
    Owned<AVFormatContext> format_;
    Container container_;
    VideoLimits limits_;
    AVStream* stream_ = nullptr;
    VideoFacts facts_;
    std::int64_t start_ = 0; // in the stream's unit
    Owned<AVPacket> held_;   // read, not yet known to be whole
    bool holds_ = false;
    std::uint32_t refused_ = 0;
    bool met_encryption_ = false;
};

} // namespace stillwatch::videos
