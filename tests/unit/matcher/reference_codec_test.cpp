#include "matcher/reference_codec.hpp"

#include "drawing.hpp"
#include "matcher/pdq.hpp"
#include "matcher/weakness.hpp"

#include <gtest/gtest.h>

namespace stillwatch::matcher {
namespace {

using namespace test;

PictureFeatures features_of(const Drawing& drawing, std::size_t frames = 1)
{
    PictureFeatures features;
    features.format = PictureFormat::webp;
    features.width_px = drawing.width_px;
    features.height_px = drawing.height_px;
    features.data_digest = Sha256::of(as_bytes("data"));
    features.frames.assign(frames, fingerprint(luma(drawing)));
    return features;
}

ReferenceRecord record(std::size_t frames = 1)
{
    return make_reference_record(Sha256::of(as_bytes("file")), features_of(scene(61, 100, 80), frames));
}

TEST(ReferenceCodec, ReadsBackWhatItWrote)
{
    for (const auto& original :
         {record(), record(4), make_reference_record({}, features_of(flat(9, 50, 50)))}) {
        const auto read = decode_reference(encode_reference(original));
        ASSERT_TRUE(read) << to_string(read.error());
        EXPECT_EQ(*read, original);
    }
}

TEST(ReferenceCodec, RefusesAnotherExtractorVersion)
{
    auto old = record();
    old.extractor_version = extractor_version + 1;
    const auto read = decode_reference(encode_reference(old));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::refused);
    EXPECT_NE(read.error().detail.find("enrol the picture again"), std::string::npos);
}

TEST(ReferenceCodec, DamagedBytesAreCorrupt)
{
    const auto good = encode_reference(record(2));
    for (std::size_t size = 0; size < good.size(); ++size) {
        const auto read = decode_reference(ByteView(good).first(size));
        ASSERT_FALSE(read) << size;
        EXPECT_EQ(read.error().code, Errc::corrupt) << size;
    }
    auto longer = good;
    longer.push_back({});
    EXPECT_EQ(decode_reference(longer).error().code, Errc::corrupt);
    auto many_frames = good;
    many_frames[4 + 4 + 64 + 9] = std::byte{200};
    EXPECT_EQ(decode_reference(many_frames).error().code, Errc::corrupt);
}

TEST(Weakness, TellsOfPicturesWithLittleStructure)
{
    EXPECT_EQ(weakness_of(features_of(scene(62, 100, 80))), std::nullopt);
    const auto reason = weakness_of(features_of(flat(100, 100, 80)));
    ASSERT_TRUE(reason);
    EXPECT_NE(reason->find("little structure"), std::string::npos);
    EXPECT_TRUE(make_reference_record({}, features_of(flat(100, 100, 80))).weak);
}

} // namespace
} // namespace stillwatch::matcher
