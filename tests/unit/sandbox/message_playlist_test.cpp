#include "sandbox/messages.hpp"

#include "core/binary.hpp"
#include "sandbox/message_playlist.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace stillwatch::sandbox {
namespace {

Request request()
{
    Request request;
    request.number = 9;
    request.work = PlaylistWork{"https://v.example/list.m3u8"};
    return request;
}

Playlist playlist()
{
    Variant segments{
        .width_px = 854, .height_px = 480, .bits_per_second = 800'000, .has_key_frames_only = true};
    segments.inits = {{"https://v.example/i.mp4", FileRange{0, 700}}};
    segments.keys = {{"https://v.example/k", {}},
                     {"https://v.example/l", std::array<std::byte, 16>{std::byte{1}}}};
    segments.segments = {{"https://v.example/1", FileRange{700, 9}, 5.5, 7, 0, 1, true},
                         {.url = "https://v.example/2", .sequence = 8}};
    Variant file{.file = "https://v.example/a.mp4", .index = FileRange{1, 2}};
    return {true, true, {segments, file, {.playlist = "https://v.example/b.m3u8"}, {.is_protected = true}}};
}

Result<Answer> sent(const Answer& answer)
{
    const auto bytes = encode_answer(9, answer);
    return decode_answer(ByteView(bytes).subspan(answer_header_bytes), request());
}

TEST(PlaylistMessage, TheRequestComesThroughWhole)
{
    const auto decoded = decode_request(encode_request(request()).value());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(std::get<PlaylistWork>(decoded->work).base, "https://v.example/list.m3u8");
    auto long_one = request();
    std::get<PlaylistWork>(long_one.work).base.assign(Url::max_bytes + 1, 'b');
    EXPECT_EQ(encode_request(long_one).error().code, Errc::invalid_argument);
}

TEST(PlaylistMessage, TheAnswerComesThroughWhole)
{
    const auto answer = sent(playlist());
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(std::get<Playlist>(*answer), playlist());
}

TEST(PlaylistMessage, WhatBreaksABoundIsALie)
{
    const auto lies = [](const std::function<void(Playlist&)>& change) {
        auto told = playlist();
        change(told);
        const auto answer = sent(told);
        return !answer && answer.error().code == Errc::malformed;
    };
    EXPECT_TRUE(lies([](Playlist& told) { told.variants.resize(Playlist::max_variants + 1); }));
    EXPECT_TRUE(lies([](Playlist& told) { told.variants[0].segments.resize(Playlist::max_segments + 1); }));
    EXPECT_TRUE(lies([](Playlist& told) { told.variants[0].segments[0].init = 1; }));
    EXPECT_TRUE(lies([](Playlist& told) { told.variants[0].segments[0].key = 2; }));
    EXPECT_TRUE(lies([](Playlist& told) { told.variants[0].segments[0].seconds = -1; }));
    EXPECT_TRUE(lies([](Playlist& told) { told.variants[0].segments[0].range = FileRange{~0ULL, 2}; }));
    EXPECT_TRUE(lies([](Playlist& told) { told.variants[3].file = "https://v.example/locked"; }));
    EXPECT_TRUE(lies([](Playlist& told) { told.variants[1].file.assign(Url::max_bytes + 1, 'x'); }));
    EXPECT_FALSE(lies([](Playlist&) {}));
}

TEST(PlaylistMessage, MoreAddressesThanThereIsRoomForAreALie)
{
    Playlist told;
    Variant& variant = told.variants.emplace_back();
    const std::string address(8'000, 'x');
    variant.segments.assign(Playlist::max_text_bytes / address.size() + 1, Segment{address});
    EXPECT_FALSE(sent(told));
}

TEST(PlaylistMessage, EveryShorterAnswerIsMalformed)
{
    const auto bytes = encode_answer(9, playlist());
    const auto payload = ByteView(bytes).subspan(answer_header_bytes);
    for (std::size_t length = 0; length < payload.size(); ++length)
        EXPECT_FALSE(decode_answer(payload.first(length), request())) << length;
}

TEST(PlaylistMessage, AnswersOfAnotherKindAreMalformed)
{
    EXPECT_FALSE(sent(PageLinks{}));
    Request links;
    links.number = 9;
    links.work = LinksWork{};
    const auto bytes = encode_answer(9, playlist());
    EXPECT_FALSE(decode_answer(ByteView(bytes).subspan(answer_header_bytes), links));
}

} // namespace
} // namespace stillwatch::sandbox
