#include "pipeline/video_enrolment.hpp"

#include "matcher/video_reference.hpp"
#include "pipeline/near_times.hpp"
#include "pipeline/video_notes.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

namespace {

class Enrolment {
public:
    Enrolment(VideoReader& reader, Inspector& inspector, std::function<void(const VideoProgress&)> tell)
        : reader_(reader), inspector_(inspector), tell_(std::move(tell))
    {
    }

    Task<Result<EnrolledVideo>> run(Sha256 file_digest)
    {
        const auto chosen = co_await read_chosen();
        if (!chosen) co_return chosen.error();
        const auto between = co_await read_between();
        if (!between) co_return between.error();
        auto record = matcher::make_video_record(file_digest, std::move(frames_));
        if (!record) co_return record.error();
        result_.record = *std::move(record);
        co_return std::move(result_);
    }

private:
    // What a look chooses: frames that are new.
    Task<Result<void>> read_chosen()
    {
        for (std::int64_t after_ms = -1;;) {
            auto reading = co_await reader_.frames(VideoPass::look, after_ms, MoreBytes::cannot_come);
            if (!reading) co_return reading.error();
            auto done = co_await keep(*std::move(reading), after_ms);
            if (!done) co_return done.error();
            if (!*done) co_return Result<void>{};
        }
    }

    // Whether there is more; from where on.
    Task<Result<bool>> keep(VideoReading reading, std::int64_t& after_ms)
    {
        note_reading(result_, reading);
        for (auto& frame : reading.frames) {
            const auto kept = co_await keep_frame(std::move(frame));
            if (!kept) co_return kept.error();
        }
        if (!reading.go_on_after_ms || *reading.go_on_after_ms <= after_ms) co_return false;
        after_ms = *reading.go_on_after_ms;
        co_return true;
    }

    // What stands still between them.
    Task<Result<void>> read_between()
    {
        std::vector<std::int64_t> times;
        constexpr auto step = matcher::longest_without_frame_ms;
        const auto fill = [&](std::int64_t from, std::int64_t to) {
            for (auto time = from + step; time < to; time += step)
                times.push_back(time);
        };
        for (std::size_t i = 0; i + 1 < frames_.size(); ++i)
            fill(frames_[i].time_ms, frames_[i + 1].time_ms);
        if (!frames_.empty()) fill(frames_.back().time_ms, result_.facts.duration_ms);
        // More than that many are not kept anyway.
        const auto most = 4 * matcher::EnrolledReference::max_moments;
        if (times.size() > most) {
            std::vector<std::int64_t> some;
            for (std::size_t i = 0; i < most; ++i)
                some.push_back(times[i * times.size() / most]);
            times = std::move(some);
        }
        NearTimes near(std::move(times));
        while (!near.empty()) {
            const auto some_times = near.next();
            auto reading = co_await reader_.frames_near(some_times, MoreBytes::cannot_come);
            if (!reading) co_return reading.error();
            (void)near.answered(some_times, *reading); // what is left out is not kept
            note_reading(result_, *reading);
            for (auto& frame : reading->frames) {
                const auto kept = co_await keep_frame(std::move(frame));
                if (!kept) co_return kept.error();
            }
        }
        co_return Result<void>{};
    }

    Task<Result<void>> keep_frame(VideoFrame frame)
    {
        const auto place =
            std::ranges::lower_bound(frames_, frame.time_ms, {}, &matcher::ReferenceFrame::time_ms) -
            frames_.begin();
        const auto at = static_cast<std::size_t>(place);
        if (at < frames_.size() && frames_[at].time_ms == frame.time_ms) co_return Result<void>{}; // known
        Document picture{frame.picture};
        auto features = co_await inspector_.features(std::move(picture), Detail::reference);
        if (!features) {
            const auto code = features.error().code;
            if (code == Errc::io || code == Errc::cancelled) co_return features.error();
            ++result_.frames_refused;
            co_return Result<void>{};
        }
        ++result_.frames_read;
        matcher::ReferenceFrame kept{frame.time_ms, *std::move(features)};
        frames_.insert(frames_.begin() + place, std::move(kept));
        if (tell_) tell_({frame.time_ms, result_.facts.duration_ms, result_.frames_read});
        co_return Result<void>{};
    }

    VideoReader& reader_;
    Inspector& inspector_;
    std::function<void(const VideoProgress&)> tell_;
    EnrolledVideo result_;
    std::vector<matcher::ReferenceFrame> frames_; // by rising time
};

} // namespace

Task<Result<EnrolledVideo>> enrol_video(VideoReader& reader, Inspector& inspector, Sha256 file_digest,
                                        std::function<void(const VideoProgress&)> tell)
{
    Enrolment enrolment(reader, inspector, std::move(tell));
    auto enrolled = co_await enrolment.run(file_digest);
    co_return std::move(enrolled);
}

} // namespace stillwatch::pipeline
