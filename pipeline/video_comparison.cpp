#include "pipeline/video_comparison.hpp"

#include "pipeline/near_times.hpp"
#include "pipeline/video_notes.hpp"
#include "videos/matching/confirmation.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace stillwatch::pipeline {

namespace {

using videos::ComparedFrame;

// One video on its way.
class Comparison {
public:
    Comparison(VideoReader& reader, Inspector& inspector, asio::thread_pool& cpu, VideoTerms terms)
        : reader_(reader), inspector_(inspector), cpu_(cpu), terms_(std::move(terms))
    {
    }

    Task<Result<ComparedVideo>> run()
    {
        const auto generation = terms_.frames.references()->generation();
        result_.generation = generation;
        auto read = co_await compare_chosen(terms_.spread ? VideoPass::glance : terms_.pass);
        if (read && terms_.spread && !result_.guarded) read = co_await compare_stretches();
        auto of_file = matches_of_file();
        if (!read && frames_.empty() && of_file.empty()) co_return read.error();
        const bool is_all_refused = result_.frames_refused > 0 && result_.frames_lost == 0;
        if (frames_.empty() && of_file.empty() && is_all_refused && !result_.guarded)
            co_return Error{Errc::undecodable, "video: none of its frames can be read"};
        if (!read) result_.stopped = read.error();
        if (!result_.guarded && !result_.stopped) co_await look_beside();
        if (result_.guarded) co_return std::move(result_);
        result_.matches = videos::video_matches(frames_);
        for (auto& match : of_file) {
            std::erase_if(result_.matches,
                          [&](const auto& other) { return other.best.reference == match.reference; });
            videos::VideoMatch whole;
            whole.best = std::move(match);
            result_.matches.insert(result_.matches.begin(), std::move(whole));
        }
        co_return std::move(result_);
    }

private:
    // The frames of a pass.
    Task<Result<void>> compare_chosen(VideoPass pass)
    {
        for (std::int64_t after_ms = -1;;) {
            auto reading = co_await reader_.frames(pass, after_ms, MoreBytes::cannot_come);
            if (!reading) co_return reading.error();
            note_reading(result_, *reading);
            for (auto& frame : reading->frames) {
                const auto compared = co_await compare(std::move(frame));
                if (!compared) co_return compared.error();
                if (result_.guarded) co_return Result<void>{};
            }
            if (!reading->go_on_after_ms || *reading->go_on_after_ms <= after_ms) co_return Result<void>{};
            after_ms = *reading->go_on_after_ms;
        }
    }

    // After a glance. Without a length nobody knows where a stretch lies: then as far as the bytes last.
    Task<Result<void>> compare_stretches()
    {
        auto times = times_of(*terms_.spread, result_.facts.duration_ms);
        if (times.empty()) {
            const auto read = co_await compare_chosen(VideoPass::look);
            co_return read;
        }
        const auto compared = co_await compare_near(std::move(times));
        if (!compared) co_return compared.error();
        co_return Result<void>{};
    }

    // Frames nearest to these times, which rise; whether each was told or known to be none.
    Task<Result<bool>> compare_near(std::vector<std::int64_t> times)
    {
        NearTimes near(std::move(times));
        bool is_answered = true;
        while (!near.empty()) {
            const auto some = near.next();
            auto reading = co_await reader_.frames_near(some, MoreBytes::cannot_come);
            if (!reading) co_return reading.error();
            is_answered = near.answered(some, *reading) && is_answered && reading->frames_refused == 0 &&
                          reading->missing.empty() && reading->bounds.empty();
            note_reading(result_, *reading);
            for (auto& frame : reading->frames) {
                const auto compared = co_await compare(std::move(frame));
                if (!compared) co_return compared.error();
                if (result_.guarded) co_return is_answered;
            }
        }
        co_return is_answered;
    }

    // Neighbours of frames that show a reference, until nothing is in doubt.
    Task<> look_beside()
    {
        std::vector<videos::Doubt> asked;
        for (;;) {
            const auto doubts = videos::doubts(frames_, asked);
            if (doubts.empty()) co_return;
            asked.insert(asked.end(), doubts.begin(), doubts.end());
            std::set<std::int64_t> times;
            for (const auto& doubt : doubts)
                for (const auto time : videos::neighbours_of(doubt.time_ms, doubt.round))
                    times.insert(time);
            std::vector<std::int64_t> rising(times.begin(), times.end());
            const auto is_answered = co_await compare_near(std::move(rising));
            if (!is_answered) {
                result_.stopped = is_answered.error();
                co_return;
            }
            if (result_.guarded) co_return;
            if (*is_answered)
                for (const auto& doubt : doubts)
                    note_if_alone(doubt.time_ms);
        }
    }

    // Errors: io and cancelled, which no other frame will be without, and more frames than there may be; a
    // frame that cannot be compared is counted.
    Task<Result<void>> compare(VideoFrame frame)
    {
        const auto place =
            std::ranges::lower_bound(frames_, frame.time_ms, {}, &ComparedFrame::time_ms) - frames_.begin();
        const auto at = static_cast<std::size_t>(place);
        if (at < frames_.size() && frames_[at].time_ms == frame.time_ms) co_return Result<void>{}; // known
        if (result_.frames_compared + result_.frames_refused + result_.frames_lost >= most_frames_compared)
            co_return Error{VideoReader::lost, "video: more frames than a reader tells"};
        Document picture{frame.picture};
        picture.site = terms_.site;
        auto terms = terms_.frames;
        terms.file_digest.reset(); // it is the video's
        auto compared = co_await compare_picture(inspector_, cpu_, std::move(picture), std::move(terms));
        if (!compared) {
            const auto code = compared.error().code;
            if (code == Errc::io || code == Errc::cancelled) co_return compared.error();
            ++(code == Inspector::lost ? result_.frames_lost : result_.frames_refused);
            co_return Result<void>{};
        }
        ++result_.frames_compared;
        result_.generation = std::min(result_.generation, compared->generation);
        if (compared->guarded) result_.guarded = compared->guarded;
        auto& parts = result_.parts_of_others;
        parts.insert(parts.end(), compared->parts_of_others.begin(), compared->parts_of_others.end());
        ComparedFrame judged{frame.time_ms, std::move(compared->matches)};
        frames_.insert(frames_.begin() + place, std::move(judged));
        if (terms_.beside && !result_.guarded) {
            const FrameBeside shown{frame.time_ms, frame.picture, compared->fingerprint};
            co_await terms_.beside(shown);
        }
        if (terms_.tell) terms_.tell({frame.time_ms, result_.facts.duration_ms, result_.frames_compared});
        co_return Result<void>{};
    }

    // After its neighbours were asked for: whether there is none.
    void note_if_alone(std::int64_t time_ms)
    {
        const auto is_neighbour = [&](const ComparedFrame& other) {
            const auto away = std::abs(other.time_ms - time_ms);
            return away >= videos::least_neighbour_ms && away <= videos::most_neighbour_ms;
        };
        if (std::ranges::any_of(frames_, is_neighbour)) return;
        const auto frame = std::ranges::find(frames_, time_ms, &ComparedFrame::time_ms);
        if (frame != frames_.end()) frame->stands_alone = true;
    }

    std::vector<Match> matches_of_file() const
    {
        const auto& digest = terms_.frames.file_digest;
        const auto& tiers = terms_.frames.tiers;
        if (!digest || (!tiers.empty() && !tiers.contains(Tier::exact))) return {};
        return terms_.frames.references()->matches_of_file(*digest);
    }

    VideoReader& reader_;
    Inspector& inspector_;
    asio::thread_pool& cpu_;
    VideoTerms terms_;
    ComparedVideo result_;
    std::vector<ComparedFrame> frames_; // by rising time
};

} // namespace

std::vector<std::int64_t> times_of(const SpreadLook& look, std::int64_t duration_ms)
{
    std::vector<std::int64_t> times;
    if (duration_ms <= 0 || look.file_bytes == 0) return times;
    constexpr std::int64_t step_ms = 1'000;
    const auto count =
        static_cast<std::int64_t>(std::clamp<std::uint64_t>(look.bytes / stretch_bytes, 1, most_stretches));
    // A quarter is for the way from the key frame before it.
    constexpr double used = 0.75;
    const auto lasts = used * static_cast<double>(duration_ms) * static_cast<double>(stretch_bytes) /
                       static_cast<double>(look.file_bytes);
    constexpr double longest_ms = 20'000;
    const auto length_ms = static_cast<std::int64_t>(std::clamp<double>(lasts, step_ms, longest_ms));
    for (std::int64_t i = 0; i < count; ++i) {
        const auto middle = (2 * i + 1) * duration_ms / (2 * count);
        for (auto time = middle - length_ms / 2; time < middle + (length_ms + 1) / 2; time += step_ms)
            if (time >= 0 && time < duration_ms && (times.empty() || time > times.back()))
                times.push_back(time);
    }
    return times;
}

Task<Result<ComparedVideo>> compare_video(VideoReader& reader, Inspector& inspector, asio::thread_pool& cpu,
                                          VideoTerms terms)
{
    Comparison comparison(reader, inspector, cpu, std::move(terms));
    auto compared = co_await comparison.run();
    co_return std::move(compared);
}

} // namespace stillwatch::pipeline
