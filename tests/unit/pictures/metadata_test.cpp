#include "pictures/metadata.hpp"

#include "encoders.hpp"
#include "pictures/exif.hpp"
#include "pictures/sniff.hpp"

#include <gtest/gtest.h>

namespace stillwatch::pictures {
namespace {

using namespace test;

TEST(DataDigest, IgnoresMetadataOfJpeg)
{
    const auto plain = encode_jpeg(scene(41, 80, 60));
    const auto digest = data_digest(plain, PictureFormat::jpeg);
    EXPECT_EQ(data_digest(with_jpeg_exif(plain, 6), PictureFormat::jpeg), digest);
    EXPECT_EQ(data_digest(with_jpeg_segment(plain, 0xFE, as_bytes("a comment")), PictureFormat::jpeg),
              digest);
    EXPECT_EQ(data_digest(with_jpeg_segment(plain, 0xE2, as_bytes("ICC_PROFILE")), PictureFormat::jpeg),
              digest);
    auto with_tail = plain;
    with_tail.push_back(std::byte{7});
    EXPECT_EQ(data_digest(with_tail, PictureFormat::jpeg), digest);
}

TEST(DataDigest, KeepsWhatChangesThePictureOfJpeg)
{
    const auto plain = encode_jpeg(scene(41, 80, 60));
    const auto digest = data_digest(plain, PictureFormat::jpeg);
    EXPECT_NE(data_digest(with_jpeg_segment(plain, 0xEE, as_bytes("Adobe")), PictureFormat::jpeg), digest);
    EXPECT_NE(data_digest(encode_jpeg(scene(42, 80, 60)), PictureFormat::jpeg), digest);
    auto changed = plain;
    changed[changed.size() - 20] ^= std::byte{1};
    EXPECT_NE(data_digest(changed, PictureFormat::jpeg), digest);
    EXPECT_NE(data_digest(ByteView(plain).first(plain.size() - 2), PictureFormat::jpeg), digest);
}

TEST(DataDigest, IgnoresMetadataOfPngWebpAndGif)
{
    const auto png = encode_png(scene(43, 80, 60));
    EXPECT_EQ(data_digest(with_png_chunk(png, "tEXt", as_bytes("Author")), PictureFormat::png),
              data_digest(png, PictureFormat::png));
    EXPECT_NE(data_digest(with_png_chunk(png, "tRNS", as_bytes("123456")), PictureFormat::png),
              data_digest(png, PictureFormat::png));
    const auto webp = encode_webp(scene(43, 80, 60));
    EXPECT_EQ(data_digest(with_webp_exif(webp, 1), PictureFormat::webp),
              data_digest(webp, PictureFormat::webp));
    const auto gif = encode_gif({scene(43, 80, 60)});
    EXPECT_EQ(data_digest(with_gif_comment(gif, "hello"), PictureFormat::gif),
              data_digest(gif, PictureFormat::gif));
}

TEST(DataDigest, IsTheWholeFileForOtherFormats)
{
    const auto bmp = encode_bmp(scene(43, 80, 60));
    EXPECT_EQ(data_digest(bmp, PictureFormat::bmp), Sha256::of(bmp));
}

TEST(TiffOrientation, DamagedBlocksAreUpright)
{
    EXPECT_EQ(tiff_orientation(exif_block(8)), 8);
    EXPECT_EQ(tiff_orientation(exif_block(8, true)), 8);
    EXPECT_EQ(tiff_orientation(exif_block(9)), 1);
    EXPECT_EQ(tiff_orientation(exif_block(0)), 1);
    EXPECT_EQ(tiff_orientation({}), 1);
    const auto block = exif_block(6);
    for (std::size_t size = 0; size < 20; ++size)
        EXPECT_EQ(tiff_orientation(ByteView(block).first(size)), 1);
    auto far = block;
    far[7] = std::byte{0xFF}; // directory past the end
    EXPECT_EQ(tiff_orientation(far), 1);
}

TEST(SniffPicture, KnowsFormatsByTheirFirstBytes)
{
    const auto drawing = scene(44, 64, 48);
    EXPECT_EQ(sniff_picture(encode_jpeg(drawing)), PictureFormat::jpeg);
    EXPECT_EQ(sniff_picture(encode_png(drawing)), PictureFormat::png);
    EXPECT_EQ(sniff_picture(encode_webp(drawing)), PictureFormat::webp);
    EXPECT_EQ(sniff_picture(encode_gif({drawing})), PictureFormat::gif);
    EXPECT_EQ(sniff_picture(encode_bmp(drawing)), PictureFormat::bmp);
    EXPECT_EQ(sniff_picture(encode_tiff(drawing, TiffKind::big)), PictureFormat::tiff);
    EXPECT_EQ(sniff_picture(encode_avif(drawing)), PictureFormat::avif);
    EXPECT_EQ(sniff_picture(as_bytes("\x89PNG")), std::nullopt);
    EXPECT_EQ(sniff_picture(as_bytes("RIFF....WAVEfmt ")), std::nullopt);
}

} // namespace
} // namespace stillwatch::pictures
