#include "videos/decode/video_decoder.hpp"

#include "videos/decode/decoder_state.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace stillwatch::videos {

namespace {

using namespace std::chrono_literals;

// Of one answer, so that it stays small and the one who asks can think again.
constexpr std::size_t most_picture_bytes = 6U << 20U;
constexpr auto longest_call = 4s; // of processor time

// The first request takes small videos whole; so does one near the end with the rest.
constexpr std::uint64_t head_bytes = 1U << 20U;

} // namespace

void VideoDecoder::State::begin(Mode mode)
{
    budget_.begin(std::max(allowed(mode) - spent_by(mode).time, ProcessorBudget::Duration(0)));
}

Result<VideoReading> VideoDecoder::State::finish(Mode mode, VideoReading reading)
{
    auto& spent = spent_by(mode);
    spent.time += budget_.used();
    if (spent.time >= allowed(mode)) {
        bounds_.insert(VideoBound::processor_time);
        reading.go_on_after_ms.reset();
        reading.missing.clear();
        if (!demuxer_) failed_.reset(); // what could not be opened in time is not known to be broken
    }
    // Of one that begins in clear, as some do, the clear part counts.
    if (demuxer_ && demuxer_->met_encryption() && reading.frames.empty() && spent.frames == 0)
        failed_ = Error{Errc::undecodable, "video: encrypted"};
    if (demuxer_) reading.frames_refused += demuxer_->take_refused();
    if (decoder_) reading.frames_refused += decoder_->take_refused();
    // A reader of containers that met a gap has lost its way.
    if (demuxer_ && demuxer_->input().missing_at()) close();
    if (failed_) return *failed_;
    reading.facts = facts_;
    reading.bounds.assign(bounds_.begin(), bounds_.end());
    return reading;
}

void VideoDecoder::State::close()
{
    decoder_.reset();
    demuxer_.reset();
    mode_ = Mode::none;
}

// Where no more can come, that is a bound.
void VideoDecoder::State::note_missing(std::uint64_t at, std::uint64_t bytes, VideoReading& reading,
                                       MoreBytes more)
{
    if (more == MoreBytes::cannot_come) {
        bounds_.insert(VideoBound::not_there);
        return;
    }
    const auto rest = file_.size() - std::min(at, file_.size());
    const auto wanted = rest <= head_bytes ? rest : std::min(bytes, rest);
    for (const auto& range : file_.missing_of({at, wanted}))
        if (reading.missing.size() < VideoReading::max_missing) reading.missing.push_back(range);
}

// False where the file cannot be opened now: failed_ or reading.missing says why.
bool VideoDecoder::State::open(VideoReading& reading, MoreBytes more)
{
    if (failed_) return false;
    if (demuxer_) return true;
    std::array<std::byte, container_head_bytes> head{};
    const auto wanted = std::min<std::uint64_t>(file_.size(), head.size());
    if (!file_.has({0, wanted})) {
        note_missing(0, head_bytes, reading, more);
        if (reading.missing.empty()) failed_ = Error{Errc::undecodable, "video: its beginning is not there"};
        return false;
    }
    const auto count = file_.read(0, head);
    const auto container = sniff_container(ByteView(head).first(count));
    if (!container) {
        failed_ = Error{Errc::undecodable, "video: none of the containers that are read"};
        return false;
    }
    std::optional<ByteRange> gap;
    auto opened = Demuxer::open(std::make_unique<FileInput>(file_, budget_), *container, limits_, gap);
    if (!opened) {
        if (gap) note_missing(gap->from, structure_bytes, reading, more);
        if (reading.missing.empty()) failed_ = opened.error();
        return false;
    }
    demuxer_ = std::move(*opened);
    if (!facts_.container.empty()) return true;
    facts_ = demuxer_->facts();
    const auto turn = turn_of(demuxer_->stream());
    const auto aspect = demuxer_->stream().sample_aspect_ratio;
    constexpr int any_side = 1 << 15;
    const auto size = shown_size({facts_.width_px, facts_.height_px}, aspect.num, aspect.den, any_side);
    const bool is_told = facts_.width_px > 0;
    facts_.width_px = !is_told ? 0 : turn.exchanges ? size.height_px : size.width_px;
    facts_.height_px = !is_told ? 0 : turn.exchanges ? size.width_px : size.height_px;
    return true;
}

bool VideoDecoder::State::make_decoder(Mode mode)
{
    const bool glances = mode == Mode::glance;
    auto decoder = FrameDecoder::open(demuxer_->stream(),
                                      glances ? FrameDecoder::Skip::all_but_key_frames
                                              : FrameDecoder::Skip::frames_that_none_needs,
                                      limits_);
    if (!decoder) {
        failed_ = decoder.error();
        return false;
    }
    decoder_.emplace(std::move(*decoder));
    demuxer_->want_key_frames_only(glances);
    drained_ = false;
    mode_ = mode;
    return true;
}

// Makes ready for frames behind `after_ms`; nothing to do where the last call ended there.
bool VideoDecoder::State::start(Mode mode, std::int64_t after_ms, VideoReading& reading, MoreBytes more)
{
    if (mode_ == mode && position_ms_ == after_ms) return true;
    // The last call met a gap: what it chose last still counts.
    const bool keeps_choice =
        chooser_ && chosen_in_ == mode && position_ms_ == after_ms && mode_ == Mode::none;
    if (!open_again(mode, after_ms, reading, more)) return false;
    if (!keeps_choice) {
        chooser_.emplace(mode == Mode::glance ? VideoPass::glance : VideoPass::look, facts_.duration_ms);
        chosen_in_ = mode;
    }
    position_ms_ = after_ms;
    return true;
}

// Goes to the key frame before `after_ms`, or to the beginning where that is not possible.
bool VideoDecoder::State::open_again(Mode mode, std::int64_t after_ms, VideoReading& reading, MoreBytes more)
{
    // Not every container can be gone back in.
    if (mode_ != Mode::none && after_ms < 0) close();
    if (!open(reading, more) || !make_decoder(mode)) return false;
    if (after_ms < 0 || demuxer_->go_to(after_ms)) return true;
    const auto gap = demuxer_->input().missing_at();
    close();
    if (gap) note_missing(*gap, structure_bytes, reading, more);
    return reading.missing.empty() && open(reading, more) && make_decoder(mode);
}

bool VideoDecoder::State::must_pause(const VideoReading& reading) const
{
    std::size_t bytes = 0;
    for (const auto& frame : reading.frames)
        bytes += frame.picture->size();
    return bytes >= most_picture_bytes || reading.frames.size() >= VideoReading::max_frames ||
           budget_.used() >= longest_call;
}

// Whether a bound ends the pass before the frame of that time.
bool VideoDecoder::State::is_over(Mode mode, std::int64_t time_ms)
{
    if (budget_.is_spent()) return true; // finish() tells it
    const bool is_late = time_ms > limits_.max_length.count();
    const bool are_many = spent_by(mode).frames >= limits_.max_frames;
    if (is_late) bounds_.insert(VideoBound::length);
    if (are_many) bounds_.insert(VideoBound::frames);
    return is_late || are_many;
}

// Draws the frame and takes it where it is worth it.
void VideoDecoder::State::tell(const AVFrame& frame, std::int64_t time_ms, const FrameDecoder::Origin& origin,
                               Taking taking, VideoReading& reading)
{
    if (taking == Taking::where_chosen) {
        const auto thumbnail = painter_.thumbnail(frame);
        if (!thumbnail) ++reading.frames_refused;
        if (!thumbnail || chooser_->choose(time_ms, *thumbnail) != Choice::chosen) return;
    }
    auto aspect = frame.sample_aspect_ratio;
    if (aspect.num <= 0) aspect = demuxer_->stream().sample_aspect_ratio;
    auto drawn = painter_.draw(frame, aspect, turn_of(demuxer_->stream()));
    if (!drawn) {
        ++reading.frames_refused;
        return;
    }
    if (facts_.width_px == 0) { // the container did not tell
        facts_.width_px = drawn->width_px;
        facts_.height_px = drawn->height_px;
    }
    if (taking == Taking::where_chosen) ++spent_by(mode_).frames;
    reading.frames.push_back(VideoFrame{time_ms, origin.packet, origin.digest, origin.is_key, drawn->width_px,
                                        drawn->height_px,
                                        std::make_shared<const Bytes>(std::move(drawn->picture))});
}

VideoDecoder::VideoDecoder(FileBytes& file, const VideoLimits& limits)
    : state_(std::make_unique<State>(file, limits))
{
}

VideoDecoder::~VideoDecoder() = default;

Result<VideoReading> VideoDecoder::frames(VideoPass pass, std::int64_t after_ms, MoreBytes more)
{
    return state_->frames(pass, after_ms, more);
}

Result<VideoReading> VideoDecoder::frames_near(std::span<const std::int64_t> times_ms, MoreBytes more)
{
    return state_->frames_near(times_ms, more);
}

} // namespace stillwatch::videos
