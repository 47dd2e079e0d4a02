#include "core/fingerprint.hpp"
#include "sandbox/message_times.hpp"
#include "sandbox/messages.hpp"

#include <gtest/gtest.h>

namespace stillwatch::sandbox {
namespace {

Request request()
{
    Request request;
    request.number = 9;
    request.work = TimesWork{};
    return request;
}

Result<Answer> sent(const FrameTimes& times)
{
    const auto bytes = encode_answer(9, times);
    return decode_answer(ByteView(bytes).subspan(answer_header_bytes), request());
}

TEST(TimesMessage, RequestAndAnswerComeThroughWhole)
{
    const auto bytes = encode_request(request());
    ASSERT_TRUE(bytes);
    const auto asked = decode_request(*bytes);
    ASSERT_TRUE(asked);
    EXPECT_TRUE(std::holds_alternative<TimesWork>(asked->work));
    const FrameTimes times{900, {{0, 200}, {200, 200}, {400, 900}}};
    const auto answer = sent(times);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(std::get<FrameTimes>(*answer), times);
    EXPECT_TRUE(sent({})) << "a picture that does not move";
}

TEST(TimesMessage, WhatNoAnimationHasIsRefused)
{
    EXPECT_FALSE(sent({900, {{300, 200}}})) << "it ends before it begins";
    EXPECT_FALSE(sent({900, {{0, 901}}})) << "after the animation";
    EXPECT_FALSE(sent({900, {{400, 500}, {300, 500}}})) << "before the one in front of it";
    EXPECT_FALSE(sent({FrameTimes::longest_ms + 1, {{0, 1}}}));
    EXPECT_FALSE(sent({900, std::vector<FrameTime>(PictureFeatures::max_frames + 1)}));
    auto other_version = encode_answer(9, FrameTimes{900, {{0, 900}}});
    other_version[answer_header_bytes + 1] = std::byte{2};
    EXPECT_FALSE(decode_answer(ByteView(other_version).subspan(answer_header_bytes), request()));
    Request other;
    other.number = 9;
    other.work = FacesWork{};
    const auto bytes = encode_answer(9, FrameTimes{});
    EXPECT_FALSE(decode_answer(ByteView(bytes).subspan(answer_header_bytes), other)) << "of another kind";
}

} // namespace
} // namespace stillwatch::sandbox
