#pragma once

#include "core/inspector.hpp"
#include "core/playlist.hpp"
#include "core/video_reader.hpp"
#include "crawler/polite_fetcher.hpp"
#include "pipeline/fetched_video.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::pipeline {

// What was fetched of a video that a playlist names.
struct SegmentedVideo {
    Bytes file; // segments with what a decoder needs before them, joined; empty where it is one file
    std::optional<Url> one_file{}; // all of it: to be asked for like any video
    std::vector<Fetched> parts{};  // further playlists, keys and segments, as they came
    bool is_in_part = false;       // some segments were left out, or did not come
    // Why a part did not come, where that may be otherwise another day: no answer, one that broke off, or one
    // that spoke of the server rather than of the part.
    std::optional<Error> trouble{};
};

// Fetches what playlists name: the variant nearest what comparing needs, segments spread over its length, as
// many as the limits let through. Loop thread.
class SegmentFetcher {
public:
    SegmentFetcher(crawler::PoliteFetcher& fetcher, Inspector& inspector,
                   std::shared_ptr<const crawler::SiteRules> site, std::optional<crawler::Referrer> from,
                   VideoFetchLimits limits)
        : fetcher_(fetcher), inspector_(inspector), site_(std::move(site)), from_(std::move(from)),
          limits_(limits)
    {
    }

    // `base`: where the playlist came from. Errors: refused (all of it is protected: it is left alone),
    // undecodable (it names no video), unreachable (nothing of the video came), those of Inspector::playlist,
    // cancelled.
    Task<Result<SegmentedVideo>> gather(Document playlist, Url base, VideoPass pass);

private:
    Task<Result<Variant>> choose(Document playlist, Url base, VideoPass pass);
    Task<Result<void>> join(const Variant& variant);
    Task<Result<void>> add_segment(const Variant& variant, const Segment& segment);
    Task<Result<Bytes>> get(std::string address, std::optional<FileRange> range);
    void note_trouble(Error error);

    crawler::PoliteFetcher& fetcher_;
    Inspector& inspector_;
    std::shared_ptr<const crawler::SiteRules> site_;
    std::optional<crawler::Referrer> from_;
    VideoFetchLimits limits_;
    std::uint64_t bytes_fetched_ = 0;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    SegmentedVideo video_;
    std::map<std::uint32_t, Bytes> keys_;
    std::uint32_t init_ = Segment::none; // that was joined last
};

} // namespace stillwatch::pipeline
