#pragma once

#include "core/video_reader.hpp"
#include "crawler/polite_fetcher.hpp"
#include "pipeline/content_range.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::pipeline {

// Bounds of what is asked for of one video.
struct VideoFetchLimits {
    FetchLimits transfer{};                             // of one request
    std::uint64_t max_bytes = std::uint64_t{64} << 20U; // the first answer included
    std::size_t max_requests = 72;                      // beside the first
    std::chrono::seconds max_wait{600}; // for all of them: a host that is slow on purpose holds a turn

    // Of the first request: the index of most videos, and all of short ones.
    static constexpr std::uint64_t head_bytes = std::uint64_t{1} << 20U;
};

// Where a video comes from, as its first answer told.
struct VideoOrigin {
    std::shared_ptr<const crawler::SiteRules> site;
    Url url;
    std::optional<crawler::Referrer> from{};
    std::string etag{}; // later answers with another are of another file
    std::uint64_t file_bytes = 0;
    std::uint64_t bytes_there = 0; // of the first answer
};

// A video of which nothing but the beginning came: reads it, and asks its host for what the reading names as
// missing, a range at a time, as politely as for everything. Where nothing more may or does come, the reading
// makes the best of what is there. Belongs to the loop's thread.
class FetchedVideo final : public VideoReader {
public:
    // `reader` has the beginning. Everything given by reference must outlive it.
    FetchedVideo(std::unique_ptr<VideoReader> reader, crawler::PoliteFetcher& fetcher, VideoOrigin origin,
                 VideoFetchLimits limits);

    Result<void> put(std::uint64_t from, ByteView bytes) override;
    Task<Result<VideoReading>> frames(VideoPass pass, std::int64_t after_ms, MoreBytes more) override;
    Task<Result<VideoReading>> frames_near(std::vector<std::int64_t> times_ms, MoreBytes more) override;

    // Answers that came, in order, for evidence.
    std::vector<Fetched> take_parts() { return std::move(parts_); }
    std::uint64_t file_bytes() const noexcept { return origin_.file_bytes; }
    // That came beside the first answer.
    std::int64_t further_bytes() const noexcept { return further_bytes_; }
    // Why nothing more came, where that may be otherwise another day: the host, not a bound of ours.
    const std::optional<Error>& trouble() const noexcept { return trouble_; }
    // Whether a bound of ours kept bytes from being asked for.
    bool is_bounded() const noexcept { return is_bounded_; }
    std::chrono::steady_clock::duration waited() const noexcept { return waited_; }

private:
    Task<Result<void>> fetch(std::vector<ByteRange> missing);
    Task<Result<void>> fetch_one(ByteRange range);
    void give_up(Error why);
    void stop_at_bound();

    std::unique_ptr<VideoReader> reader_;
    crawler::PoliteFetcher& fetcher_;
    VideoOrigin origin_;
    VideoFetchLimits limits_;
    MoreBytes more_ = MoreBytes::can_come;
    std::vector<Fetched> parts_;
    std::uint64_t bytes_fetched_;
    std::int64_t further_bytes_ = 0;
    std::size_t requests_ = 0;
    std::optional<Error> trouble_;
    bool is_bounded_ = false;
    std::chrono::steady_clock::duration waited_{};
};

} // namespace stillwatch::pipeline
