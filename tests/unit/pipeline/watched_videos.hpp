#pragma once

#include "world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

// Visits of videos that a table of pictures stands for.
namespace stillwatch::pipeline::test {

// What a film shows, by its milliseconds.
using Film = std::map<std::int64_t, std::string>;

inline VideoFrame frame_at(std::int64_t time_ms, const std::string& file)
{
    VideoFrame frame;
    frame.time_ms = time_ms;
    frame.picture = std::make_shared<const Bytes>(as_bytes(file).begin(), as_bytes(file).end());
    return frame;
}

class FakeVideo final : public VideoReader {
public:
    explicit FakeVideo(Film film) : film_(std::move(film)) {}
    FakeVideo(Film film, std::optional<Error> error, std::int64_t duration_ms, int tells_near)
        : film_(std::move(film)), error_(std::move(error)), duration_ms_(duration_ms), tells_near_(tells_near)
    {
    }

    Result<void> put(std::uint64_t, ByteView) override { return {}; }
    Task<Result<VideoReading>> frames(VideoPass, std::int64_t after_ms, MoreBytes) override
    {
        if (error_) co_return *error_;
        VideoReading reading;
        reading.facts = {"mov", "h264", duration_ms_, 640, 360};
        for (const auto& [time, file] : film_) // those whole seconds are chosen
            if (time > after_ms && time % 1'000 == 0) reading.frames.push_back(frame_at(time, file));
        co_return reading;
    }
    Task<Result<VideoReading>> frames_near(std::vector<std::int64_t> times_ms, MoreBytes) override
    {
        if (error_) co_return *error_;
        VideoReading reading;
        reading.facts = {"mov", "h264", duration_ms_, 640, 360};
        if (tells_near_-- == 0) co_return reading;
        std::set<std::int64_t> nearest;
        for (const auto wanted : times_ms)
            nearest.insert(std::ranges::min_element(film_, {}, [&](const auto& one) {
                               return std::abs(one.first - wanted);
                           })->first);
        for (const auto time : nearest)
            reading.frames.push_back(frame_at(time, film_.at(time)));
        co_return reading;
    }

private:
    Film film_;
    std::optional<Error> error_{};
    std::int64_t duration_ms_ = 3'000;
    int tells_near_ = -1; // so often; negative: always
};

class FakeVideos final : public VideoReaders {
public:
    Film film{};
    std::optional<Error> error{};
    std::int64_t duration_ms = 3'000;
    int tells_near = -1; // so often; negative: always
    int opened = 0;

    Result<std::unique_ptr<VideoReader>> open(std::uint64_t) override
    {
        ++opened;
        return std::unique_ptr<VideoReader>(
            std::make_unique<FakeVideo>(film, error, duration_ms, tells_near));
    }
};

class WatchedVideos : public testing::Test, protected World {
protected:
    WatchedVideos()
    {
        use_settings();
        auto with_videos = services;
        with_videos.videos = &videos;
        watching.emplace(with_videos, pipeline.settings());
        web.pages[start] =
            ScriptedFetcher::status(200, {{"Content-Type", "video/webm"}}, "\x1A\x45\xDF\xA3 film");
    }

    store::VisitResult watch(std::int64_t generation = 0)
    {
        auto visit = claim_one();
        visit.kind = LinkKind::video;
        visit.generation = generation;
        auto result = run(watching->visit(visit)).value();
        EXPECT_TRUE(stores.frontier().apply({result}));
        return result;
    }
    store::Visit claim_one()
    {
        return stores.frontier()
            .claim_one(url(start), clock.now(), clock.now() + std::chrono::hours(1))
            .value();
    }

    const Film shows_the_sea{{0, picture_file("hill")},     {700, picture_file("hill")},
                             {1'000, picture_file("sea")},  {1'300, picture_file("sea", "later")},
                             {2'000, picture_file("wood")}, {2'300, picture_file("wood")}};
    FakeVideos videos;
    std::optional<Pipeline> watching;
};

} // namespace stillwatch::pipeline::test
