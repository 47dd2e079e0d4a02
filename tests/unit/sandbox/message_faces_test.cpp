#include "sandbox/message_faces.hpp"
#include "sandbox/messages.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace stillwatch::sandbox {
namespace {

Request request()
{
    Request request;
    request.number = 9;
    request.work = FacesWork{};
    return request;
}

FacesSeen seen()
{
    FacesSeen seen;
    seen.width_px = 640;
    seen.height_px = 480;
    seen.model = Sha256::of(as_bytes("models"));
    seen.left_out = 3;
    seen.is_in_part = true;
    seen.faces.push_back({{10.5, -2, 60, 80}, 0.99, 60, 3.4, 2, {0.6F, -0.8F}});
    return seen;
}

Result<Answer> sent(const FacesSeen& faces)
{
    const auto bytes = encode_answer(9, faces);
    return decode_answer(ByteView(bytes).subspan(answer_header_bytes), request());
}

TEST(FacesMessage, RequestAndAnswerComeThroughWhole)
{
    const auto bytes = encode_request(request());
    ASSERT_TRUE(bytes);
    const auto asked = decode_request(*bytes);
    ASSERT_TRUE(asked);
    EXPECT_TRUE(std::holds_alternative<FacesWork>(asked->work));
    const auto answer = sent(seen());
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(std::get<FacesSeen>(*answer), seen());
    FacesSeen none;
    none.width_px = none.height_px = 32;
    EXPECT_TRUE(sent(none));
}

TEST(FacesMessage, WhatNoFaceHasIsRefused)
{
    const std::vector<std::function<void(FacesSeen&)>> lies{
        [](auto& one) { one.width_px = 0; },
        [](auto& one) { one.height_px = 1'000'000; },
        [](auto& one) { one.faces.front().score = 1.5; },
        [](auto& one) { one.faces.front().box[2] = 0; },
        [](auto& one) { one.faces.front().side_px = -1; },
        [](auto& one) { one.faces.front().frame = 200; },
        [](auto& one) {
            one.faces.front().embedding = {1, 1};
        },
        [](auto& one) {
            one.faces.front().embedding = {std::numeric_limits<float>::quiet_NaN(), 1};
        },
        [](auto& one) { one.faces.front().embedding.clear(); },
        [](auto& one) { one.faces.resize(FacesSeen::max_faces + 1, one.faces.front()); }};
    for (std::size_t i = 0; i < lies.size(); ++i) {
        auto faces = seen();
        lies[i](faces);
        EXPECT_FALSE(sent(faces)) << "lie " << i;
    }
}

TEST(FacesMessage, AnAnswerOfAnotherKindIsNone)
{
    Request other;
    other.number = 9;
    other.work = FeaturesWork{};
    const auto bytes = encode_answer(9, seen());
    EXPECT_FALSE(decode_answer(ByteView(bytes).subspan(answer_header_bytes), other));
}

} // namespace
} // namespace stillwatch::sandbox
