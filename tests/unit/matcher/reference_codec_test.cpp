#include "matcher/reference_codec.hpp"

#include "features/extract.hpp"
#include "features/pdq.hpp"
#include "features/weakness.hpp"
#include "tests/support/sample_features.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <gtest/gtest.h>

namespace stillwatch::matcher {
namespace {

using namespace pictures::test;
using stillwatch::test::corruptions;
using stillwatch::test::sample_features;

PictureFeatures features_of(const Drawing& drawing)
{
    auto features = sample_features(1, Detail::reference);
    features.frames = {features::fingerprint(luma(drawing))};
    return features;
}

ReferenceRecord record_of(PictureFeatures features)
{
    return make_reference_record(Sha256::of(as_bytes("file")), std::move(features));
}

ReferenceRecord record(int frames = 1)
{
    return record_of(sample_features(61, Detail::reference, frames));
}

// What version 1 wrote of a picture with one frame.
Bytes record_of_version_1()
{
    auto bytes = to_bytes("SWR1");
    for (const int byte : {1, 0, 0, 0})
        bytes.push_back(std::byte(byte));
    bytes.resize(bytes.size() + 32 + 32 + 1 + 4 + 4);
    bytes.push_back(std::byte{1});
    bytes.resize(bytes.size() + 257 + 1 + 2);
    return bytes;
}

TEST(ReferenceCodec, ReadsBackWhatItWrote)
{
    for (const auto& original : {record(), record(4), record_of(features_of(flat(9, 50, 50)))}) {
        const auto read = decode_reference(encode_reference(original));
        ASSERT_TRUE(read) << to_string(read.error());
        EXPECT_EQ(*read, original);
    }
}

TEST(ReferenceCodec, LeavesNoOutgrownCopyBehind)
{
    for (const auto& original : {record(), record(4), record_of(features_of(flat(9, 50, 50)))}) {
        const auto bytes = encode_reference(original);
        EXPECT_EQ(bytes.capacity(), bytes.size()) << "reserved at once, and nothing more";
    }
}

TEST(ReferenceCodec, RefusesAnotherExtractorVersion)
{
    auto newer = record();
    newer.extractor_version = extractor_version + 1;
    const auto read = decode_reference(encode_reference(newer));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::refused);
    EXPECT_NE(read.error().detail.find("enrol the picture again"), std::string::npos);
}

TEST(ReferenceCodec, RefusesRecordsOfTheFirstFormatForTheirVersion)
{
    const auto read = decode_reference(record_of_version_1());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(),
              (Error{Errc::refused, "reference was made by extractor version 1, this program uses 2: "
                                    "enrol the picture again"}));
    auto mixed = record_of_version_1();
    mixed[4] = std::byte{extractor_version};
    EXPECT_EQ(decode_reference(mixed).error().code, Errc::corrupt) << "another mark than its version has";
}

TEST(ReferenceCodec, DamagedBytesAreCorrupt)
{
    auto sound = record(2);
    sound.weak = false;
    sound.weak_reason.clear();
    const auto good = encode_reference(sound);
    for (std::size_t size = 0; size < good.size(); ++size) {
        const auto read = decode_reference(ByteView(good).first(size));
        ASSERT_FALSE(read) << size;
        ASSERT_EQ(read.error().code, Errc::corrupt) << size;
    }
    auto longer = good;
    longer.push_back({});
    EXPECT_EQ(decode_reference(longer).error().code, Errc::corrupt);
    auto weak_without_reason = good;
    weak_without_reason[8] = std::byte{1};
    EXPECT_EQ(decode_reference(weak_without_reason).error().code, Errc::corrupt);
}

TEST(ReferenceCodec, ValuesOutOfRangeAreCorrupt)
{
    for (const auto& [what, apply] : corruptions()) {
        auto bad = record(2);
        apply(bad.features);
        const auto read = decode_reference(encode_reference(bad));
        ASSERT_FALSE(read) << what;
        EXPECT_EQ(read.error().code, Errc::corrupt) << what;
    }
}

PictureFeatures extracted(const Drawing& drawing)
{
    return features::extract_features(encode_png(drawing), {}, Detail::reference).value();
}

TEST(Weakness, DetailedPicturesMakeGoodReferences)
{
    EXPECT_EQ(features::weakness_of(extracted(detailed_scene(62, 480, 360))), std::nullopt);
}

TEST(Weakness, TellsOfPicturesWithLittleStructure)
{
    const auto reason = features::weakness_of(features_of(flat(100, 100, 80)));
    ASSERT_TRUE(reason);
    EXPECT_NE(reason->find("little structure"), std::string::npos);
    EXPECT_TRUE(make_reference_record({}, features_of(flat(100, 100, 80))).weak);
}

TEST(Weakness, TellsOfPicturesWithFewDetails)
{
    auto features = extracted(detailed_scene(62, 480, 360));
    features.local[0].features.resize(200);
    EXPECT_EQ(features::weakness_of(features), std::nullopt);
    features.local[0].features.resize(199);
    const auto reason = features::weakness_of(features);
    ASSERT_TRUE(reason);
    EXPECT_NE(reason->find("few details"), std::string::npos);
}

TEST(Weakness, TellsOfPicturesThatAreMostlyDrawn)
{
    auto features = extracted(detailed_scene(62, 480, 360));
    auto& tiles = features.sign_grid[0].tiles;
    for (std::size_t i = 0; i < tiles.size(); ++i)
        tiles[i].is_graphic = i % 2 == 0; // half of them
    EXPECT_EQ(features::weakness_of(features), std::nullopt);
    tiles[1].is_graphic = true;
    const auto reason = features::weakness_of(features);
    ASSERT_TRUE(reason);
    EXPECT_NE(reason->find("drawn"), std::string::npos);
}

} // namespace
} // namespace stillwatch::matcher
