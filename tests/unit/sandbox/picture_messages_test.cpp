// Messages about pictures: features in three details, and views.
#include "sandbox/messages.hpp"
#include "tests/support/sample_features.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace stillwatch::sandbox {
namespace {

using test::sample_features;

constexpr auto details = {Detail::coarse, Detail::hashes, Detail::query, Detail::reference};
constexpr pictures::PictureLimits limits{1'000'000, 2'000, 16, 3'000'000};

Request features_request(Detail detail)
{
    Request request;
    request.number = 8;
    request.work = FeaturesWork{limits, detail};
    return request;
}

Request views_request(std::vector<View> views)
{
    Request request;
    request.number = 9;
    request.body_bytes = 1234;
    request.content_encoding = "gzip";
    request.work = ViewsWork{limits, Sha256::of(as_bytes("file")), std::move(views)};
    return request;
}

const View whole{0, 4, 3, {640, 0, 0, 0, 480, 0}};
const View part{3, 16, 1, {-1.5, 1e-300, 1e300, -0.0, 0.25, 3.0}};

// Sign grids that the views ask for.
std::vector<SignGrid> sign_grids(const std::vector<View>& views)
{
    test::SampleNumbers numbers(3);
    std::vector<SignGrid> all;
    for (const auto& view : views)
        all.push_back(test::sample_sign_grid(numbers, view.tile_columns, view.tile_rows));
    return all;
}

Request preview_request()
{
    Request request;
    request.number = 10;
    request.body_bytes = 99;
    request.content_encoding = "br";
    request.work = PreviewWork{limits};
    return request;
}

features::Preview preview()
{
    return {1'600, 400, {8, 2, {0, 1, 2, 3, 4, 5, 6, 7, 250, 251, 252, 253, 254, 255, 128, 127}}};
}

ByteView payload_of(const Bytes& answer)
{
    return ByteView(answer).subspan(answer_header_bytes);
}

Errc refusal(const Answer& answer, const Request& request)
{
    const auto bytes = encode_answer(request.number, answer);
    const auto decoded = decode_answer(payload_of(bytes), request);
    return decoded ? Errc{} : decoded.error().code;
}

TEST(FeaturesMessage, RequestsComeThroughWhole)
{
    for (const auto detail : details) {
        const auto bytes = encode_request(features_request(detail));
        ASSERT_TRUE(bytes.has_value());
        const auto request = decode_request(*bytes);
        ASSERT_TRUE(request.has_value());
        const auto& work = std::get<FeaturesWork>(request->work);
        EXPECT_EQ(work.limits.max_pixels, 1'000'000U);
        EXPECT_EQ(work.limits.max_side_px, 2'000);
        EXPECT_EQ(work.limits.min_side_px, 16);
        EXPECT_EQ(work.limits.max_working_bytes, 3'000'000U);
        EXPECT_EQ(work.detail, detail);
    }
    auto unknown = encode_request(features_request(Detail::reference)).value();
    unknown.back() = std::byte{4};
    EXPECT_EQ(decode_request(unknown).error().code, Errc::malformed) << "a fifth detail";
}

TEST(FeaturesMessage, AnswersComeThroughWhole)
{
    for (const auto detail : details) {
        const auto features = sample_features(1, detail, 4);
        const auto bytes = encode_answer(8, features);
        const auto answer = decode_answer(payload_of(bytes), features_request(detail));
        ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
        EXPECT_EQ(std::get<PictureFeatures>(*answer), features);
    }
}

TEST(FeaturesMessage, AnotherDetailThanAskedForIsALie)
{
    EXPECT_EQ(refusal(sample_features(1, Detail::query), features_request(Detail::hashes)), Errc::malformed);
    EXPECT_EQ(refusal(sample_features(1, Detail::reference), features_request(Detail::hashes)),
              Errc::malformed);
    EXPECT_EQ(refusal(sample_features(1, Detail::reference), features_request(Detail::query)),
              Errc::malformed);
    EXPECT_EQ(refusal(sample_features(1, Detail::query), features_request(Detail::reference)),
              Errc::malformed);
}

TEST(FeaturesMessage, ImpossiblePicturesAreALie)
{
    for (const auto& [what, apply] : test::corruptions()) {
        auto features = sample_features(1, Detail::reference, 2);
        apply(features);
        EXPECT_EQ(refusal(features, features_request(Detail::reference)), Errc::malformed) << what;
    }
}

TEST(FeaturesMessage, PicturesOverTheirLimitsAreALie)
{
    auto features = sample_features(1, Detail::query);
    features.width_px = 2'001;
    EXPECT_EQ(refusal(features, features_request(Detail::query)), Errc::malformed) << "side";
    features.width_px = features.height_px = 1'500;
    EXPECT_EQ(refusal(features, features_request(Detail::query)), Errc::malformed) << "pixels";
}

TEST(FeaturesMessage, EveryShorterOrLongerPayloadIsALie)
{
    const auto request = features_request(Detail::reference);
    auto bytes = encode_answer(8, sample_features(1, Detail::reference));
    const auto payload = payload_of(bytes);
    for (std::size_t length = 0; length < payload.size(); ++length)
        ASSERT_FALSE(decode_answer(payload.first(length), request).has_value()) << length;
    bytes.push_back({});
    EXPECT_FALSE(decode_answer(payload_of(bytes), request).has_value());
}

TEST(ViewsMessage, RequestsComeThroughWhole)
{
    const auto bytes = encode_request(views_request({whole, part}));
    ASSERT_TRUE(bytes.has_value());
    const auto request = decode_request(*bytes);
    ASSERT_TRUE(request.has_value()) << to_string(request.error());
    EXPECT_EQ(request->number, 9U);
    EXPECT_EQ(request->body_bytes, 1234U);
    EXPECT_EQ(request->content_encoding, "gzip");
    const auto& work = std::get<ViewsWork>(request->work);
    EXPECT_EQ(work.limits.max_working_bytes, 3'000'000U);
    EXPECT_EQ(work.file_digest, Sha256::of(as_bytes("file")));
    EXPECT_EQ(work.views, (std::vector{whole, part}));
}

TEST(ViewsMessage, TheLongestPossibleFitsItsBound)
{
    auto request = views_request(std::vector(max_views, part));
    request.content_encoding.assign(max_content_encoding_bytes, 'e');
    const auto bytes = encode_request(request);
    ASSERT_TRUE(bytes.has_value());
    EXPECT_LE(bytes->size(), max_request_bytes);
    EXPECT_TRUE(decode_request(*bytes).has_value());
}

TEST(ViewsMessage, ViewsOutOfTheirBoundsAreNotSent)
{
    const auto is_refused = [](std::vector<View> views) {
        const auto bytes = encode_request(views_request(std::move(views)));
        return !bytes && bytes.error().code == Errc::invalid_argument;
    };
    const auto with = [](auto change) {
        auto view = whole;
        change(view);
        return std::vector{whole, view};
    };
    EXPECT_TRUE(is_refused({}));
    EXPECT_TRUE(is_refused(std::vector(max_views + 1, whole)));
    EXPECT_TRUE(is_refused(with([](View& view) { view.frame = -1; })));
    EXPECT_TRUE(is_refused(
        with([](View& view) { view.frame = PictureFeatures::max_frames + PictureFeatures::max_parts; })));
    EXPECT_TRUE(is_refused(with([](View& view) { view.tile_columns = 0; })));
    EXPECT_TRUE(is_refused(with([](View& view) { view.tile_columns = 17; })));
    EXPECT_TRUE(is_refused(with([](View& view) { view.tile_rows = -1; })));
    EXPECT_TRUE(is_refused(with([](View& view) { view.tile_rows = 256 + 1; })));
    EXPECT_TRUE(is_refused(with([](View& view) { view.a[5] = std::numeric_limits<double>::infinity(); })));
    EXPECT_TRUE(is_refused(with([](View& view) { view.a[0] = std::numeric_limits<double>::quiet_NaN(); })));
}

TEST(ViewsMessage, RequestsOutOfTheirBoundsAreMalformed)
{
    const auto good = encode_request(views_request({whole, part})).value();
    constexpr std::size_t view_bytes = 3 + 6 * 8;
    const auto first_view = good.size() - 2 * view_bytes;
    const auto is_malformed_with = [&](std::size_t at, int value) {
        auto bytes = good;
        bytes[at] = std::byte(value);
        const auto request = decode_request(bytes);
        return !request && request.error().code == Errc::malformed;
    };
    EXPECT_TRUE(is_malformed_with(first_view - 1, 0)) << "no view";
    EXPECT_TRUE(is_malformed_with(first_view - 1, 1)) << "bytes left over";
    EXPECT_TRUE(is_malformed_with(first_view - 1, 3)) << "a view that is not there";
    EXPECT_TRUE(is_malformed_with(first_view - 1, 255)) << "too many views";
    EXPECT_TRUE(is_malformed_with(first_view, PictureFeatures::max_frames + PictureFeatures::max_parts))
        << "frame";
    EXPECT_TRUE(is_malformed_with(first_view + 1, 0)) << "no columns";
    EXPECT_TRUE(is_malformed_with(first_view + 1, 17)) << "columns";
    EXPECT_TRUE(is_malformed_with(first_view + 2, 255)) << "rows";
    auto infinite = good;
    infinite[first_view + 3 + 6] =
        std::byte{0xf0}; // the last two bytes of the first double: exponent of ones
    infinite[first_view + 3 + 7] = std::byte{0x7f};
    EXPECT_EQ(decode_request(infinite).error().code, Errc::malformed);
    for (std::size_t length = 0; length < good.size(); ++length)
        ASSERT_FALSE(decode_request(ByteView(good).first(length)).has_value()) << length;
}

TEST(ViewsMessage, AnswersComeThroughWhole)
{
    for (const auto& views : {std::vector{whole}, std::vector{whole, part}, std::vector(max_views, whole)}) {
        const auto bytes = encode_answer(9, sign_grids(views));
        const auto answer = decode_answer(payload_of(bytes), views_request(views));
        ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
        EXPECT_EQ(std::get<std::vector<SignGrid>>(*answer), sign_grids(views));
    }
}

TEST(ViewsMessage, OtherSignGridsThanAskedForAreALie)
{
    const auto request = views_request({whole, part});
    EXPECT_EQ(refusal(sign_grids({whole}), request), Errc::malformed) << "too few";
    EXPECT_EQ(refusal(sign_grids({whole, part, part}), request), Errc::malformed) << "too many";
    EXPECT_EQ(refusal(std::vector<SignGrid>{}, request), Errc::malformed) << "none";
    EXPECT_EQ(refusal(sign_grids({part, whole}), request), Errc::malformed) << "other sizes";
    auto bad = sign_grids({whole, part});
    bad[1].down.pop_back();
    EXPECT_EQ(refusal(bad, request), Errc::malformed) << "short plane";
    bad = sign_grids({whole, part});
    bad[0].tile_rows = 4;
    EXPECT_EQ(refusal(bad, request), Errc::malformed) << "rows that the planes have not";
    EXPECT_EQ(refusal(sample_features(1, Detail::query), request), Errc::malformed) << "another kind";
    EXPECT_EQ(refusal(sign_grids({whole}), features_request(Detail::query)), Errc::malformed)
        << "not asked for";
    EXPECT_EQ(refusal(Refusal(Error{Errc::invalid_argument, "no"}), request), Errc{})
        << "an error may be told";
}

TEST(ViewsMessage, EveryShorterOrLongerPayloadIsALie)
{
    const auto request = views_request({whole, part});
    auto bytes = encode_answer(9, sign_grids({whole, part}));
    const auto payload = payload_of(bytes);
    for (std::size_t length = 0; length < payload.size(); ++length)
        ASSERT_FALSE(decode_answer(payload.first(length), request).has_value()) << length;
    bytes.push_back({});
    EXPECT_FALSE(decode_answer(payload_of(bytes), request).has_value());
}

TEST(PreviewMessage, RequestsComeThroughWhole)
{
    auto bytes = encode_request(preview_request()).value();
    const auto request = decode_request(bytes);
    ASSERT_TRUE(request.has_value()) << to_string(request.error());
    EXPECT_EQ(request->number, 10U);
    EXPECT_EQ(request->body_bytes, 99U);
    EXPECT_EQ(request->content_encoding, "br");
    const auto& asked = std::get<PreviewWork>(request->work).limits;
    EXPECT_EQ(asked.max_pixels, limits.max_pixels);
    EXPECT_EQ(asked.max_side_px, limits.max_side_px);
    EXPECT_EQ(asked.min_side_px, limits.min_side_px);
    EXPECT_EQ(asked.max_working_bytes, limits.max_working_bytes);
    for (std::size_t length = 0; length < bytes.size(); ++length)
        ASSERT_FALSE(decode_request(ByteView(bytes).first(length)).has_value()) << length;
    bytes.push_back({});
    EXPECT_EQ(decode_request(bytes).error().code, Errc::malformed);
}

TEST(PreviewMessage, AnswersComeThroughWhole)
{
    const auto bytes = encode_answer(10, preview());
    const auto answer = decode_answer(payload_of(bytes), preview_request());
    ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
    const auto& told = std::get<features::Preview>(*answer);
    EXPECT_EQ(told.width_px, 1'600);
    EXPECT_EQ(told.height_px, 400);
    EXPECT_EQ(told.frame.width_px, 8);
    EXPECT_EQ(told.frame.height_px, 2);
    EXPECT_EQ(told.frame.levels, preview().frame.levels);
}

TEST(PreviewMessage, TheLargestFrameFitsAnAnswer)
{
    auto largest = preview();
    largest.frame = {LocalFeatures::max_side_px, LocalFeatures::max_side_px,
                     std::vector<std::uint8_t>(1'000'000, 7)};
    EXPECT_EQ(refusal(largest, preview_request()), Errc{});
    largest.frame = {LocalFeatures::max_side_px + 1, 1,
                     std::vector<std::uint8_t>(LocalFeatures::max_side_px + 1)};
    EXPECT_EQ(refusal(largest, preview_request()), Errc::malformed) << "columns";
    largest.frame = {1, LocalFeatures::max_side_px + 1,
                     std::vector<std::uint8_t>(LocalFeatures::max_side_px + 1)};
    EXPECT_EQ(refusal(largest, preview_request()), Errc::malformed) << "rows";
}

TEST(PreviewMessage, ImpossiblePreviewsAreALie)
{
    const auto refused_with = [](auto change) {
        auto bad = preview();
        change(bad);
        return refusal(bad, preview_request());
    };
    EXPECT_EQ(refused_with([](auto& bad) { bad.width_px = 2'001; }), Errc::malformed)
        << "side over its limit";
    EXPECT_EQ(refused_with([](auto& bad) { bad.height_px = 700; }), Errc::malformed) << "too many pixels";
    EXPECT_EQ(refused_with([](auto& bad) { bad.height_px = 0; }), Errc::malformed) << "no height";
    EXPECT_EQ(refused_with([](auto& bad) { bad.width_px = -1; }), Errc::malformed) << "negative";
    EXPECT_EQ(refused_with([](auto& bad) { bad.frame = {0, 2, {}}; }), Errc::malformed) << "no columns";
    EXPECT_EQ(refused_with([](auto& bad) { bad.frame = {8, 0, {}}; }), Errc::malformed) << "no rows";
    EXPECT_EQ(refused_with([](auto& bad) { bad.frame.width_px = 9; }), Errc::malformed) << "levels missing";
    EXPECT_EQ(refused_with([](auto& bad) { bad.frame.height_px = 1; }), Errc::malformed)
        << "levels left over";
}

TEST(PreviewMessage, IsToldOnlyWhereItWasAskedFor)
{
    EXPECT_EQ(refusal(preview(), features_request(Detail::hashes)), Errc::malformed);
    EXPECT_EQ(refusal(preview(), views_request({whole})), Errc::malformed);
    EXPECT_EQ(refusal(sample_features(1, Detail::hashes), preview_request()), Errc::malformed);
    EXPECT_EQ(refusal(Refusal(Error{Errc::undecodable, "no"}), preview_request()), Errc{})
        << "an error may be told";
}

TEST(PreviewMessage, EveryShorterOrLongerPayloadIsALie)
{
    auto bytes = encode_answer(10, preview());
    const auto payload = payload_of(bytes);
    for (std::size_t length = 0; length < payload.size(); ++length)
        ASSERT_FALSE(decode_answer(payload.first(length), preview_request()).has_value()) << length;
    bytes.push_back({});
    EXPECT_FALSE(decode_answer(payload_of(bytes), preview_request()).has_value());
}

} // namespace
} // namespace stillwatch::sandbox
