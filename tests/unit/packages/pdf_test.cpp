#include "packages/unpack.hpp"

#include "packages/pdf_dictionary.hpp"
#include "pictures/decode.hpp"
#include "samples.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::packages {
namespace {

using namespace test;
using pictures::test::encode_jpeg;
using pictures::test::scene;
using testing::ElementsAre;

const Bytes jpeg = encode_jpeg(scene(1, 64, 48));

Bytes replaced(Bytes file, std::string_view what, std::string_view by)
{
    std::string text(as_text(file));
    text.replace(text.find(what), what.size(), by);
    return to_bytes(text);
}

TEST(Pdf, GivesThePicturesThatAreFiles)
{
    const std::string image = "/Type /XObject /Subtype /Image /Width 64 /Height 48 ";
    const auto plain = pdf_of(image + "/Filter /DCTDecode", jpeg);
    for (const auto& file : {plain, pdf_of(image + "/Filter[/DCTDecode]", jpeg),
                             pdf_of(image + "/Filter [ /FlateDecode /DCTDecode ]", deflated(jpeg)),
                             replaced(plain, "/Length " + std::to_string(jpeg.size()), "/Length 7 0 R"),
                             replaced(plain, "/Length " + std::to_string(jpeg.size()), "/Length 12"),
                             replaced(plain, "stream\n", "stream\r\n")}) {
        const auto contents = unpack(file);
        ASSERT_TRUE(contents) << to_string(contents.error());
        ASSERT_EQ(contents->pictures.size(), 1U);
        EXPECT_TRUE(as_text(contents->pictures[0]).starts_with(as_text(jpeg)));
    }
}

TEST(Pdf, GivesPicturesOfPackedPixels)
{
    const auto drawing = scene(1, 64, 48);
    Bytes plain;
    Bytes filtered;
    for (int y = 0; y < drawing.height_px; ++y) {
        filtered.push_back(std::byte{0});
        for (int x = 0; x < drawing.width_px; ++x)
            for (int channel = 0; channel < 3; ++channel)
                for (auto* out : {&plain, &filtered})
                    out->push_back(static_cast<std::byte>(drawing.at(x, y)[channel]));
    }
    const std::string image = "/Subtype /Image /Width 64 /Height 48 /BitsPerComponent 8 /ColorSpace "
                              "/DeviceRGB /Filter /FlateDecode ";
    for (const auto& file :
         {pdf_of(image, deflated(plain)),
          pdf_of(image + "/DecodeParms << /Predictor 15 /Colors 3 /Columns 64 >>", deflated(filtered))}) {
        const auto contents = unpack(file);
        ASSERT_TRUE(contents);
        ASSERT_EQ(contents->pictures.size(), 1U);
        const auto picture = pictures::decode_file(contents->pictures[0], {});
        ASSERT_TRUE(picture) << to_string(picture.error());
        EXPECT_EQ(picture->width_px, 64);
        EXPECT_EQ(picture->frames[0].row(0)[0], pictures::test::luma(drawing).row(0)[0]);
    }
}

TEST(Pdf, UnderAPasswordIsTold)
{
    const auto file = replaced(pdf_of("/Subtype /Image /Filter /DCTDecode", jpeg), "/Root 1 0 R",
                               "/Root 1 0 R /Encrypt 9 0 R");
    EXPECT_EQ(unpack(file).error().code, Errc::refused);
}

TEST(Pdf, WithoutPicturesHasNone)
{
    const auto contents = unpack(pdf_of("/Filter /FlateDecode", deflated(to_bytes("BT (a letter) Tj ET"))));
    ASSERT_TRUE(contents);
    EXPECT_TRUE(contents->pictures.empty());
}

TEST(Pdf, ABombCostsNoMoreThanItsBound)
{
    PackageLimits limits;
    limits.max_bytes = 1U << 20U;
    const auto bomb = deflated(Bytes(40U << 20U));
    const auto contents = unpack(
        pdf_of("/Subtype /Image /Width 9999 /Height 999 /BitsPerComponent 8 /Filter /FlateDecode", bomb),
        limits);
    ASSERT_TRUE(contents);
    EXPECT_TRUE(contents->pictures.empty());
}

TEST(Pdf, BrokenAnywhereEndsInAnAnswer)
{
    const auto file =
        pdf_of("/Subtype /Image /Width 64 /Height 48 /Filter [/FlateDecode /DCTDecode]", deflated(jpeg));
    for (std::size_t i = 0; i < 200; ++i) {
        auto broken = file;
        broken[i * 7919 % broken.size()] ^= static_cast<std::byte>(1U << (i % 8));
        (void)unpack(broken);
        (void)unpack(ByteView(file).first(i * 7919 % file.size()));
    }
}

TEST(PdfDictionary, ReadsNumbersNamesAndLists)
{
    const PdfDictionary dictionary("<< /Length1 5/Length 12 /Width 7 0 R /Filter [/A /B] /Mask true >>");
    EXPECT_EQ(dictionary.number("Length"), 12U);
    EXPECT_FALSE(dictionary.number("Width"));
    EXPECT_FALSE(dictionary.number("Height"));
    EXPECT_THAT(dictionary.names("Filter"), ElementsAre("A", "B"));
    EXPECT_TRUE(dictionary.is_true("Mask"));
    EXPECT_FALSE(dictionary.is_true("Length"));
}

} // namespace
} // namespace stillwatch::packages
