#include "sandbox/message_faces.hpp"
#include "sandbox/messages.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <string.h> // explicit_bzero
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <random>

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

#ifndef STILLWATCH_SANITIZED // their shadow is terabytes of memory that nobody can look through
// Whether those numbers stand in the memory that this process writes. `kept_away`: the same with all bits
// turned, so that what is looked for stands nowhere else.
bool is_in_memory(const std::vector<std::uint32_t>& kept_away)
{
    const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    std::ifstream maps("/proc/self/maps");
    std::string line;
    std::vector<std::byte> content;
    bool is_found = false;
    while (memory >= 0 && std::getline(maps, line)) {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        std::array<char, 5> rights{};
        if (std::sscanf(line.c_str(), "%zx-%zx %4s", &begin, &end, rights.data()) != 3) continue;
        if (std::string_view(rights.data()).substr(0, 2) != "rw") continue;
        content.assign(end - begin, std::byte{0});
        const auto got = ::pread(memory, content.data(), end - begin, static_cast<off_t>(begin));
        const auto count = got > 0 ? static_cast<std::size_t>(got) : 0;
        const auto number_at = [&](std::size_t place) {
            std::uint32_t number = 0;
            std::memcpy(&number, content.data() + place, sizeof number);
            return number;
        };
        // In a message they stand at any byte.
        for (std::size_t i = 0; i + kept_away.size() * 4 <= count && !is_found; ++i) {
            std::size_t same = 0;
            while (same < kept_away.size() && number_at(i + 4 * same) == ~kept_away[same])
                ++same;
            is_found = same == kept_away.size();
        }
        explicit_bzero(content.data(), content.size());
    }
    if (memory >= 0) (void)::close(memory);
    return is_found;
}

// The faces before the one that is none may be of strangers.
TEST(FacesMessage, OfAnAnswerThatIsNoneNoFaceIsLeftInMemory)
{
    constexpr std::size_t dimension = 256;
    constexpr float number = 1.0F / 16; // of unit length, whatever the signs
    FacesSeen two = seen();
    two.faces.front().embedding.assign(dimension, number);
    two.faces.push_back(two.faces.front());
    two.faces.back().score = 1.5;
    auto bytes = encode_answer(9, two);
    // The signs go into the message itself, since whoever writes one leaves copies behind.
    std::vector<std::uint32_t> plain(dimension, std::bit_cast<std::uint32_t>(number));
    const auto wanted = std::as_bytes(std::span(plain));
    const auto place = std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end());
    ASSERT_NE(place, bytes.end());
    std::mt19937 random(7);
    std::vector<std::uint32_t> kept_away;
    constexpr std::size_t from = 64; // what lies before is overwritten by lists of free memory
    for (std::size_t i = 0; i < dimension; ++i) {
        auto bits = std::bit_cast<std::uint32_t>(number);
        if (random() % 2 == 0) bits ^= std::uint32_t{1} << 31U;
        std::memcpy(&*place + i * sizeof bits, &bits, sizeof bits);
        if (i >= from && i < 2 * from) kept_away.push_back(~bits);
    }
    const auto wipe_message = [&] { explicit_bzero(bytes.data(), bytes.size()); };
    ASSERT_TRUE(is_in_memory(kept_away)) << "what is looked for is not what is sent";
    EXPECT_FALSE(decode_answer(ByteView(bytes).subspan(answer_header_bytes), request()));
    wipe_message();
    EXPECT_FALSE(is_in_memory(kept_away));
}
#endif

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
