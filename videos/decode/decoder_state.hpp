#pragma once

#include "videos/container.hpp"
#include "videos/decode/demuxer.hpp"
#include "videos/decode/draw.hpp"
#include "videos/decode/frame_decoder.hpp"
#include "videos/decode/video_decoder.hpp"
#include "videos/frame_choice.hpp"

#include <optional>
#include <set>
#include <vector>

namespace stillwatch::videos {

// A read of what is not there asks for this much: of the file's structure, and of its packets.
constexpr std::uint64_t structure_bytes = 256U << 10U;
constexpr std::uint64_t data_bytes = 2U << 20U;

// What is behind VideoDecoder: passes.cpp holds the two passes, nearest.cpp the search for neighbours.
class VideoDecoder::State {
public:
    State(FileBytes& file, const VideoLimits& limits) : file_(file), limits_(limits) {}

    Result<VideoReading> frames(VideoPass pass, std::int64_t after_ms, MoreBytes more);
    Result<VideoReading> frames_near(std::span<const std::int64_t> times_ms, MoreBytes more);

private:
    // What a call is about; each has its own decoder.
    enum class Mode : std::uint8_t { none, glance, look, near };
    // What a pass has used so far.
    struct Spent {
        ProcessorBudget::Duration time{0};
        std::uint32_t frames = 0;
    };
    enum class Step : std::uint8_t { went_on, through, missing };
    enum class Taking : std::uint8_t { where_chosen, whatever_it_shows };

    static Mode mode_of(VideoPass pass) { return pass == VideoPass::glance ? Mode::glance : Mode::look; }
    Spent& spent_by(Mode mode) { return mode == Mode::glance ? glance_ : look_; }
    ProcessorBudget::Duration allowed(Mode mode) const
    {
        return mode == Mode::glance ? limits_.glance_processor_time : limits_.look_processor_time;
    }

    void begin(Mode mode);
    Result<VideoReading> finish(Mode mode, VideoReading reading);
    bool open(VideoReading& reading, MoreBytes more);
    void close();
    void note_missing(std::uint64_t at, std::uint64_t bytes, VideoReading& reading, MoreBytes more);
    bool start(Mode mode, std::int64_t after_ms, VideoReading& reading, MoreBytes more);
    bool must_pause(const VideoReading& reading) const;
    bool is_over(Mode mode, std::int64_t time_ms);
    void tell(const AVFrame& frame, std::int64_t time_ms, const FrameDecoder::Origin& origin, Taking taking,
              VideoReading& reading);

    void glance_in_order(VideoReading& reading, MoreBytes more);
    void glance_by_index(VideoReading& reading, MoreBytes more);
    void look(VideoReading& reading, MoreBytes more);
    Step next_frame(VideoReading& reading, MoreBytes more);
    bool near(std::int64_t wanted_ms, VideoReading& reading, MoreBytes more);
    void tell_once(VideoReading& reading);
    bool goes_on_to(std::int64_t wanted_ms) const;
    bool make_decoder(Mode mode);
    bool open_again(Mode mode, std::int64_t after_ms, VideoReading& reading, MoreBytes more);
    std::vector<KeyFrameEntry> entries_of_index();
    bool glance_at_packet(VideoReading& reading);
    bool glance_at(const KeyFrameEntry& entry, VideoReading& reading, MoreBytes more);
    bool is_sparse() const { return !file_.has({0, file_.size()}); }

    FileBytes& file_;
    VideoLimits limits_;
    ProcessorBudget budget_;
    Spent glance_;
    Spent look_;
    std::set<VideoBound> bounds_;
    std::unique_ptr<Demuxer> demuxer_;
    std::optional<FrameDecoder> decoder_;
    Painter painter_;
    std::optional<Error> failed_;
    VideoFacts facts_;
    Owned<AVPacket> packet_ = owned(av_packet_alloc());
    Owned<AVFrame> frame_ = owned(av_frame_alloc());

    Mode mode_ = Mode::none;
    std::optional<FrameChooser> chooser_;
    Mode chosen_in_ = Mode::none;   // whose chooser that is
    std::int64_t position_ms_ = -1; // of the last frame that was looked at
    bool drained_ = false;          // the decoder was told the end

    // The last frame that near() came to.
    struct Reached {
        Owned<AVFrame> frame = owned(av_frame_alloc());
        std::int64_t time_ms = -1; // below 0: none
        FrameDecoder::Origin origin{};
    };
    Reached reached_;
};

} // namespace stillwatch::videos
