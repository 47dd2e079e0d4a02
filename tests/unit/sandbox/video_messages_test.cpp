#include "sandbox/video_messages.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::sandbox {
namespace {

VideoRequest asking()
{
    VideoRequest request;
    request.number = 7;
    request.file_bytes = 1'000'000;
    request.more = MoreBytes::cannot_come;
    request.limits.max_frames = 12;
    request.work = VideoFramesWork{VideoPass::look, 4'000};
    request.there = {{0, 100}, {5'000, 1}};
    return request;
}

VideoFrame frame(std::int64_t time_ms, int width_px = 3, int height_px = 2)
{
    auto picture = to_bytes("P6\n" + std::to_string(width_px) + " " + std::to_string(height_px) + "\n255\n");
    picture.resize(picture.size() + 3 * static_cast<std::size_t>(width_px * height_px), std::byte(9));
    return VideoFrame{time_ms,
                      {40, 60},
                      Sha256::of(as_bytes("packet")),
                      true,
                      width_px,
                      height_px,
                      std::make_shared<const Bytes>(std::move(picture))};
}

VideoReading told()
{
    VideoReading reading;
    reading.facts = {"mov,mp4", "h264", 60'000, 1280, 720};
    reading.frames = {frame(0), frame(1'000)};
    reading.go_on_after_ms = 1'000;
    reading.missing = {{100, 50}, {900'000, 100'000}};
    reading.bounds = {VideoBound::length, VideoBound::requests};
    reading.frames_refused = 3;
    return reading;
}

Bytes payload_of(const VideoAnswer& answer)
{
    const auto whole = encode_video_answer(7, answer);
    return {whole.begin() + answer_header_bytes, whole.end()};
}

void expect_broken(VideoReading reading, std::string_view why)
{
    const auto answer = decode_video_answer(payload_of(std::move(reading)), asking());
    ASSERT_FALSE(answer.has_value()) << why;
    EXPECT_EQ(answer.error().code, Errc::malformed);
}

TEST(VideoMessages, ARequestComesAsItWasSent)
{
    for (const auto pass : {VideoPass::glance, VideoPass::look}) {
        auto request = asking();
        request.work = VideoFramesWork{pass, -1};
        const auto read = decode_video_request(encode_video_request(request).value());
        ASSERT_TRUE(read.has_value());
        EXPECT_EQ(read->number, 7U);
        EXPECT_EQ(read->file_bytes, 1'000'000U);
        EXPECT_EQ(read->more, MoreBytes::cannot_come);
        EXPECT_EQ(read->limits, request.limits);
        EXPECT_EQ(read->there, request.there);
        EXPECT_EQ(std::get<VideoFramesWork>(read->work).pass, pass);
        EXPECT_EQ(std::get<VideoFramesWork>(read->work).after_ms, -1);
    }
    auto near = asking();
    near.work = VideoNearWork{{200, 500, 500}};
    const auto read = decode_video_request(encode_video_request(near).value());
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(std::get<VideoNearWork>(read->work).times_ms, (std::vector<std::int64_t>{200, 500, 500}));
}

TEST(VideoMessages, ARequestOutOfItsBoundsIsNotSent)
{
    const auto is_refused = [](const auto& change) {
        auto request = asking();
        change(request);
        const auto message = encode_video_request(request);
        return !message && message.error().code == Errc::invalid_argument;
    };
    EXPECT_TRUE(is_refused([](auto& r) { r.number = 0; }));
    EXPECT_TRUE(is_refused([](auto& r) { r.file_bytes = 0; }));
    EXPECT_TRUE(is_refused([](auto& r) { r.there = {{999'999, 2}}; }));
    EXPECT_TRUE(is_refused([](auto& r) { r.there = {{10, 5}, {12, 5}}; }));
    EXPECT_TRUE(is_refused([](auto& r) { r.there.assign(max_ranges_there + 1, {0, 1}); }));
    EXPECT_TRUE(is_refused([](auto& r) { r.work = VideoNearWork{}; }));
    EXPECT_TRUE(is_refused([](auto& r) { r.work = VideoNearWork{{2, 1}}; }));
    EXPECT_TRUE(is_refused([](auto& r) { r.work = VideoNearWork{{-1}}; }));
    EXPECT_TRUE(is_refused([](auto& r) { r.work = VideoFramesWork{VideoPass::look, -2}; }));
}

TEST(VideoMessages, TheLongestRequestFitsItsDatagram)
{
    auto request = asking();
    request.there.clear();
    for (std::uint64_t i = 0; i < max_ranges_there; ++i)
        request.there.push_back({2 * i, 1});
    request.work = VideoNearWork{std::vector<std::int64_t>(VideoReading::max_times, 5)};
    EXPECT_LE(encode_video_request(request).value().size(), max_request_bytes);
}

TEST(VideoMessages, AReadingComesAsItWasSent)
{
    const auto answer = decode_video_answer(payload_of(told()), asking());
    ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
    const auto& reading = std::get<VideoReading>(*answer);
    EXPECT_EQ(reading.facts, told().facts);
    EXPECT_EQ(reading.go_on_after_ms, 1'000);
    EXPECT_EQ(reading.missing, told().missing);
    EXPECT_EQ(reading.bounds, told().bounds);
    EXPECT_EQ(reading.frames_refused, 3U);
    ASSERT_EQ(reading.frames.size(), 2U);
    EXPECT_EQ(reading.frames[1].time_ms, 1'000);
    EXPECT_EQ(reading.frames[1].packet, (ByteRange{40, 60}));
    EXPECT_EQ(reading.frames[1].packet_digest, Sha256::of(as_bytes("packet")));
    EXPECT_TRUE(reading.frames[1].is_key);
    EXPECT_EQ(*reading.frames[1].picture, *told().frames[1].picture);
}

TEST(VideoMessages, WhereAPassIsThroughNothingIsToGoOnAfter)
{
    for (const auto go_on : {std::optional<std::int64_t>(), std::optional<std::int64_t>(-1)}) {
        auto reading = told();
        reading.go_on_after_ms = go_on;
        const auto answer = decode_video_answer(payload_of(reading), asking());
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(std::get<VideoReading>(*answer).go_on_after_ms, go_on);
    }
}

TEST(VideoMessages, AnAnswerThatLiesIsBroken)
{
    const auto lie = [](const auto& change, std::string_view why) {
        auto reading = told();
        change(reading);
        expect_broken(std::move(reading), why);
    };
    lie([](auto& r) { r.frames[1].time_ms = 0; }, "times that do not rise");
    lie([](auto& r) { r.frames[0] = frame(0, 1'281, 2); }, "a side over its bound");
    lie([](auto& r) { r.frames[0].packet.from = 1'000'001; }, "a packet behind the file");
    lie([](auto& r) { r.missing = {{900'000, 100'001}}; }, "missing bytes behind the file");
    lie([](auto& r) { r.missing = {{10, 10}, {15, 10}}; }, "missing ranges that overlap");
    lie([](auto& r) { r.missing.assign(VideoReading::max_missing + 1, {0, 1}); }, "too many of them");
    lie([](auto& r) { r.bounds = {VideoBound::requests, VideoBound::length}; }, "bounds that do not rise");
    lie([](auto& r) { r.bounds = {static_cast<VideoBound>(video_bounds)}; }, "a bound without a name");
    lie([](auto& r) { r.facts.width_px = 40'000; }, "a video wider than any");
}

TEST(VideoMessages, EveryCutAnswerIsBroken)
{
    const auto payload = payload_of(told());
    for (std::size_t bytes = 0; bytes < payload.size(); ++bytes)
        EXPECT_FALSE(decode_video_answer(ByteView(payload).first(bytes), asking()).has_value()) << bytes;
    auto longer = payload;
    longer.push_back(std::byte(0));
    EXPECT_FALSE(decode_video_answer(longer, asking()).has_value());
}

TEST(VideoMessages, ARefusalComesWithItsReason)
{
    const Error why{Errc::undecodable, "video: encrypted"};
    const auto answer = decode_video_answer(payload_of(Refusal(why)), asking());
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(std::get<Refusal>(*answer).error, why);
}

} // namespace
} // namespace stillwatch::sandbox
