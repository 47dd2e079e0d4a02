#include "pipeline/fetched_video.hpp"

#include "pipeline/classify.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

namespace {

constexpr int status_whole = 200;
constexpr int status_part = 206;

} // namespace

FetchedVideo::FetchedVideo(std::unique_ptr<VideoReader> reader, crawler::PoliteFetcher& fetcher,
                           VideoOrigin origin, VideoFetchLimits limits)
    : reader_(std::move(reader)), fetcher_(fetcher), origin_(std::move(origin)), limits_(limits),
      bytes_fetched_(origin_.bytes_there)
{
    if (origin_.bytes_there >= origin_.file_bytes) more_ = MoreBytes::cannot_come;
}

Result<void> FetchedVideo::put(std::uint64_t from, ByteView bytes)
{
    return reader_->put(from, bytes);
}

// What is missing is fetched before anything is told: frames come by rising time, and none is passed over.
Task<Result<VideoReading>> FetchedVideo::frames(VideoPass pass, std::int64_t after_ms, MoreBytes)
{
    for (;;) {
        const auto more = more_;
        auto reading = co_await reader_->frames(pass, after_ms, more);
        if (!reading || reading->missing.empty() || more == MoreBytes::cannot_come) co_return reading;
        const auto fetched = co_await fetch(std::move(reading->missing));
        if (!fetched) co_return fetched.error();
    }
}

Task<Result<VideoReading>> FetchedVideo::frames_near(std::vector<std::int64_t> times_ms, MoreBytes)
{
    for (;;) {
        const auto more = more_;
        auto times = times_ms;
        auto reading = co_await reader_->frames_near(std::move(times), more);
        if (!reading || reading->missing.empty() || more == MoreBytes::cannot_come) co_return reading;
        const auto fetched = co_await fetch(std::move(reading->missing));
        if (!fetched) co_return fetched.error();
    }
}

void FetchedVideo::give_up(Error why)
{
    more_ = MoreBytes::cannot_come;
    trouble_ = std::move(why);
}

void FetchedVideo::stop_at_bound()
{
    more_ = MoreBytes::cannot_come;
    is_bounded_ = true;
}

// Errors: cancelled; all else ends the fetching and not the reading.
Task<Result<void>> FetchedVideo::fetch(std::vector<ByteRange> missing)
{
    const auto began = std::chrono::steady_clock::now();
    Result<void> done;
    for (const auto& range : missing) {
        if (waited_ + (std::chrono::steady_clock::now() - began) > limits_.max_wait) stop_at_bound();
        if (more_ == MoreBytes::cannot_come) break;
        done = co_await fetch_one(range);
        if (!done) break;
    }
    waited_ += std::chrono::steady_clock::now() - began;
    co_return done;
}

Task<Result<void>> FetchedVideo::fetch_one(ByteRange range)
{
    if (range.bytes == 0 || range.from >= origin_.file_bytes) {
        give_up({Errc::malformed, "a range outside the video"});
        co_return Result<void>{};
    }
    range.bytes = std::min(range.bytes, origin_.file_bytes - range.from);
    if (requests_ >= limits_.max_requests || bytes_fetched_ >= limits_.max_bytes ||
        range.bytes > limits_.max_bytes - bytes_fetched_) {
        stop_at_bound();
        co_return Result<void>{};
    }
    ++requests_;
    crawler::Conditions conditions;
    conditions.range = range_header(range.from, range.bytes);
    auto transfer = limits_.transfer;
    transfer.max_body_bytes = static_cast<std::size_t>(limits_.max_bytes - bytes_fetched_);
    auto from = origin_.from;
    auto answer = co_await fetcher_.fetch(origin_.site, origin_.url, std::move(conditions), std::move(from),
                                          transfer, crawler::Purpose::video);
    if (!answer && answer.error().code == Errc::cancelled) co_return answer.error();
    if (!answer) {
        give_up(answer.error());
        co_return Result<void>{};
    }
    auto& fetched = answer->answer;
    const auto payload = fetched.payload();
    const auto& body = payload ? *payload : fetched.body;
    bytes_fetched_ = std::min(limits_.max_bytes, bytes_fetched_ + fetched.body.size());
    further_bytes_ += static_cast<std::int64_t>(fetched.body.size());
    std::uint64_t begins = 0;
    if (fetched.status == status_part) {
        const auto told = parse_content_range(fetched.header("Content-Range"));
        const bool is_of_it = told && told->file_bytes == origin_.file_bytes && told->from <= range.from &&
                              body.size() <= told->bytes;
        if (!is_of_it || fetched.header("ETag") != origin_.etag) {
            give_up({Errc::malformed, "another range or another file than was asked for"});
            co_return Result<void>{};
        }
        begins = told->from;
    } else if (fetched.status != status_whole || body.size() > origin_.file_bytes ||
               fetched.header("ETag") != origin_.etag) {
        give_up({Errc::unreachable, "no range of it came"});
        co_return Result<void>{};
    }
    if (broke_off(fetched)) give_up({Errc::timed_out, "a range broke off"});
    const auto put = reader_->put(begins, body);
    // Counted by `max_bytes` and not by the budget of bodies: whoever holds some of that and waits for more
    // would hold up everybody.
    fetched.share.reset();
    parts_.push_back(std::move(fetched));
    if (!put) stop_at_bound(); // too many pieces, or too many bytes for a reader
    co_return Result<void>{};
}

} // namespace stillwatch::pipeline
