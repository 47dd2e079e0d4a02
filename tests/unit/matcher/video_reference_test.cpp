#include "matcher/video_reference.hpp"

#include "comparing.hpp"
#include "tests/support/sample_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>

// References that are videos: what is kept of their frames, and that these are found like pictures.
namespace stillwatch::matcher {
namespace {

using namespace test;
using namespace pictures::test;
using stillwatch::test::sample_features;

std::pmr::memory_resource& memory = *std::pmr::new_delete_resource();
const Sha256 film_digest = Sha256::of(as_bytes("a film"));

PictureFeatures extracted(const Drawing& drawing)
{
    return features::extract_features(encode_png(drawing), {}, Detail::reference).value();
}

// A film with a shot of each of these scenes, two seconds long.
ReferenceRecord film_of(const std::vector<Drawing>& scenes)
{
    std::vector<ReferenceFrame> frames;
    for (std::size_t i = 0; i < scenes.size(); ++i)
        frames.push_back({static_cast<std::int64_t>(2'000 * i), extracted(scenes[i])});
    return make_video_record(film_digest, std::move(frames)).value();
}

EnrolledReference enrolled_film(std::int64_t id, ReferenceRecord record)
{
    return {{id},
            {100 + id},
            record.file_digest,
            std::move(record.features),
            std::nullopt,
            std::move(record.moments)};
}

std::shared_ptr<const ReferenceSet> set_of(std::vector<EnrolledReference> references)
{
    return std::make_shared<const ReferenceSet>(std::move(references), 1, memory);
}

std::vector<Drawing> scenes(unsigned first, unsigned count)
{
    std::vector<Drawing> all;
    for (unsigned i = 0; i < count; ++i)
        all.push_back(detailed_scene(first + i, 480, 360));
    return all;
}

// Far from being extracted from anything; of one working frame.
ReferenceFrame sample_frame(std::uint64_t seed, std::int64_t time_ms)
{
    return {time_ms, sample_features(seed, Detail::reference)};
}

ReferenceRecord sample_record(std::size_t frames)
{
    std::vector<ReferenceFrame> all;
    for (std::size_t i = 0; i < frames; ++i)
        all.push_back(sample_frame(i, static_cast<std::int64_t>(500 * i + 40)));
    return make_video_record(film_digest, std::move(all)).value();
}

TEST(VideoReference, PicturesOfItsFramesAreFoundWithTheirTime)
{
    const auto film = scenes(300, 14); // more than the frames of a picture
    const auto set =
        set_of({enrolled(1, encode_png(detailed_scene(1, 480, 360))), enrolled_film(2, film_of(film)),
                enrolled(3, encode_png(detailed_scene(2, 480, 360)))});
    for (const std::size_t shot : {0U, 5U, 12U, 13U}) {
        const auto near = compare(*set, encode_jpeg(film[shot]));
        ASSERT_EQ(near.size(), 1U) << shot;
        EXPECT_EQ(near.front().reference.value, 2);
        EXPECT_EQ(near.front().tier, Tier::near);
        EXPECT_EQ(near.front().reference_time_ms, std::int64_t{2'000} * static_cast<int>(shot));
        const auto page = with_pasted(detailed_scene(90, 900, 700), film[shot], 200, 150);
        const auto derived = compare(*set, encode_jpeg(page));
        ASSERT_EQ(derived.size(), 1U) << shot;
        EXPECT_EQ(derived.front().reference.value, 2);
        EXPECT_EQ(derived.front().tier, Tier::derived);
        EXPECT_EQ(derived.front().reference_time_ms, std::int64_t{2'000} * static_cast<int>(shot));
    }
    const auto beside = compare(*set, encode_jpeg(detailed_scene(2, 480, 360)));
    ASSERT_EQ(beside.size(), 1U);
    EXPECT_EQ(beside.front().reference.value, 3);
    EXPECT_EQ(beside.front().reference_time_ms, std::nullopt) << "a picture has no time";
    EXPECT_TRUE(compare(*set, encode_jpeg(detailed_scene(91, 480, 360))).empty());
}

TEST(VideoReference, ItsFileIsFoundByItsDigest)
{
    const auto set = set_of({enrolled_film(2, film_of(scenes(300, 3)))});
    EXPECT_TRUE(set->matches_of_file(Sha256::of(as_bytes("another file"))).empty());
    const auto matches = set->matches_of_file(film_digest);
    ASSERT_EQ(matches.size(), 1U);
    EXPECT_EQ(matches.front().tier, Tier::exact);
    EXPECT_EQ(matches.front().reference_time_ms, std::nullopt);
}

TEST(VideoReference, ComesAndGoesLikeAPicture)
{
    const auto film = scenes(300, 14);
    const auto held = [](EnrolledReference reference) {
        return std::make_shared<const StoredReference>(reference, memory);
    };
    const auto first = held(enrolled(1, encode_png(detailed_scene(1, 480, 360))));
    const auto second = held(enrolled_film(2, film_of(film)));
    const auto third = held(enrolled(3, encode_png(detailed_scene(2, 480, 360))));
    auto set = std::make_shared<const ReferenceSet>(std::vector{first}, 1, memory);
    set = set->changed({first, second}, 2, memory);
    set = set->changed({first, second, third}, 3, memory);
    const auto shown = [&](const Drawing& drawing) {
        std::vector<std::int64_t> found;
        for (const auto& match : compare(*set, encode_jpeg(drawing)))
            found.push_back(match.reference.value);
        return found;
    };
    EXPECT_EQ(shown(film[13]), std::vector<std::int64_t>{2});
    EXPECT_EQ(shown(detailed_scene(2, 480, 360)), std::vector<std::int64_t>{3});
    set = set->changed({first, third}, 4, memory);
    EXPECT_TRUE(shown(film[0]).empty());
    EXPECT_TRUE(shown(film[13]).empty());
    EXPECT_EQ(shown(detailed_scene(2, 480, 360)), std::vector<std::int64_t>{3});
    set = set->changed({second, first, third}, 5, memory);
    EXPECT_EQ(shown(film[13]), std::vector<std::int64_t>{2});
    EXPECT_EQ(shown(detailed_scene(1, 480, 360)), std::vector<std::int64_t>{1});
}

TEST(VideoReference, WhatStandsStillIsSearchedInFourFramesAndFoundInAll)
{
    const auto still = detailed_scene(300, 480, 360);
    const auto record = film_of(std::vector<Drawing>(12, still));
    std::vector<std::size_t> searched;
    for (const auto& moment : record.moments)
        searched.push_back(moment.searched_features);
    for (std::size_t i = 0; i < searched.size(); ++i)
        if (i < most_alike_searched)
            EXPECT_EQ(searched[i], record.features.local[i].features.size()) << i;
        else
            EXPECT_EQ(searched[i], 0U) << i;
    const auto set = set_of({enrolled_film(2, record)});
    const auto page = with_pasted(detailed_scene(90, 900, 700), still, 200, 150);
    const auto found = compare(*set, encode_jpeg(page), {}, {Tier::derived});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().status, MatchStatus::match);
}

TEST(VideoReference, AFilmOfOneSceneLeavesRoomForOtherReferences)
{
    auto film = std::vector<Drawing>();
    for (int i = 0; i < 20; ++i) // the camera moves
        film.push_back(with_pasted(detailed_scene(300, 480, 360), detailed_scene(301, 60, 60), 20 * i, 100));
    const auto other = detailed_scene(1, 480, 360);
    const auto set = set_of({enrolled_film(2, film_of(film)), enrolled(1, encode_png(other))});
    auto page = with_pasted(detailed_scene(90, 1100, 500), film[7], 20, 20);
    page = with_pasted(page, other, 560, 40);
    std::vector<std::int64_t> found;
    for (const auto& match : compare(*set, encode_jpeg(page)))
        if (match.status == MatchStatus::match) found.push_back(match.reference.value);
    std::ranges::sort(found);
    EXPECT_EQ(found, (std::vector<std::int64_t>{1, 2}));
}

TEST(VideoRecord, IsReadBackAsItWasWritten)
{
    for (const std::size_t frames : {1U, 13U, 120U}) {
        const auto original = sample_record(frames);
        const auto bytes = encode_reference(original);
        EXPECT_EQ(bytes.capacity(), bytes.size()) << "reserved at once, and nothing more";
        const auto read = decode_reference(bytes);
        ASSERT_TRUE(read) << to_string(read.error());
        EXPECT_EQ(*read, original);
    }
}

TEST(VideoRecord, DamagedBytesAreCorrupt)
{
    const auto good = encode_reference(sample_record(2));
    for (std::size_t size = 0; size < good.size(); ++size) {
        const auto read = decode_reference(ByteView(good).first(size));
        ASSERT_FALSE(read) << size;
        ASSERT_EQ(read.error().code, Errc::corrupt) << size;
    }
    auto longer = good;
    longer.push_back({});
    EXPECT_EQ(decode_reference(longer).error().code, Errc::corrupt);
}

TEST(VideoRecord, ValuesOutOfRangeAreCorrupt)
{
    const auto refused = [](const auto& change) {
        auto record = sample_record(3);
        change(record);
        const auto read = decode_reference(encode_reference(record));
        return !read && read.error().code == Errc::corrupt;
    };
    EXPECT_FALSE(refused([](ReferenceRecord&) {}));
    EXPECT_TRUE(refused([](ReferenceRecord& r) { r.moments[1].time_ms = r.moments[0].time_ms; }));
    EXPECT_TRUE(refused([](ReferenceRecord& r) { r.moments[2].time_ms = -1; }));
    EXPECT_TRUE(refused([](ReferenceRecord& r) { r.moments[2].time_ms = 1'000'000'000'000; }));
    EXPECT_TRUE(refused([](ReferenceRecord& r) {
        r.moments[0].searched_features = 1 + static_cast<std::uint32_t>(r.features.local[0].features.size());
    }));
    EXPECT_TRUE(refused([](ReferenceRecord& r) { r.features.local[1].width_px = 0; }));
}

TEST(VideoRecord, RefusesAnotherExtractorVersion)
{
    auto newer = sample_record(1);
    newer.extractor_version = extractor_version + 1;
    EXPECT_EQ(decode_reference(encode_reference(newer)).error().code, Errc::refused);
}

TEST(VideoRecord, OfManyFramesSomeAreKeptOverTheWholeLength)
{
    std::vector<PictureFeatures> shown;
    for (const auto& scene : scenes(300, 3))
        shown.push_back(extracted(scene));
    std::vector<ReferenceFrame> frames;
    for (std::int64_t i = 0; i < 300; ++i)
        frames.push_back({i * 1'000, shown[static_cast<std::size_t>(i % 3)]});
    const auto record = make_video_record(film_digest, std::move(frames)).value();
    ASSERT_EQ(record.moments.size(), EnrolledReference::max_moments);
    EXPECT_EQ(record.moments.front().time_ms, 0);
    EXPECT_GT(record.moments.back().time_ms, 295'000);
}

TEST(VideoRecord, LeavesOutWeakFramesUnlessAllAre)
{
    const auto sound = [](std::int64_t at) {
        return ReferenceFrame{at, extracted(detailed_scene(300, 480, 360))};
    };
    const auto black = [](std::int64_t at) { return ReferenceFrame{at, extracted(flat(0, 480, 360))}; };
    const auto some = make_video_record(film_digest, {black(0), sound(1'000), black(2'000)}).value();
    ASSERT_EQ(some.moments.size(), 1U);
    EXPECT_EQ(some.moments.front().time_ms, 1'000);
    EXPECT_FALSE(some.weak);
    const auto none = make_video_record(film_digest, {black(0), black(1'000)}).value();
    EXPECT_EQ(none.moments.size(), 2U);
    EXPECT_TRUE(none.weak);
    EXPECT_FALSE(none.weak_reason.empty());
    EXPECT_EQ(make_video_record(film_digest, {}).error().code, Errc::invalid_argument);
}

} // namespace
} // namespace stillwatch::matcher
