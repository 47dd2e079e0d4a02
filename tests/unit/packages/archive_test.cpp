#include "packages/unpack.hpp"

#include "samples.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::packages {
namespace {

using namespace test;
using pictures::test::encode_jpeg;
using pictures::test::encode_png;
using pictures::test::scene;
using testing::ElementsAre;

const Bytes first = encode_jpeg(scene(1, 64, 48));
const Bytes second = encode_png(scene(2, 64, 48));
const Entries album{
    {"set/1.jpg", first}, {"read me.txt", to_bytes("no picture")}, {"set/gr\xC3\xBC\xC3\x9F.png", second}};

TEST(Archive, GivesItsPicturesWhateverTheirNamesAre)
{
    for (const auto& file : {archive_of(album), archive_of(album, ArchiveKind::seven_zip), rar_of(album)}) {
        const auto contents = unpack(file);
        ASSERT_TRUE(contents) << to_string(contents.error());
        EXPECT_THAT(contents->pictures, ElementsAre(first, second));
        EXPECT_TRUE(contents->is_whole);
        EXPECT_EQ(contents->locked, 0U);
    }
}

TEST(Archive, IsReadInsideAnotherButNotDeeper)
{
    const auto inner = archive_of(album);
    const auto middle = archive_of({{"inner.zip", inner}}, ArchiveKind::seven_zip);
    EXPECT_EQ(unpack(middle)->pictures.size(), 2U);
    const auto outer = unpack(archive_of({{"middle.7z", middle}, {"a.jpg", first}}));
    EXPECT_THAT(outer->pictures, ElementsAre(first));
    EXPECT_FALSE(outer->is_whole);
}

TEST(Archive, UnderAPasswordIsTold)
{
    const auto locked = archive_of(album, ArchiveKind::zip, "secret");
    EXPECT_EQ(unpack(locked).error().code, Errc::refused);
    const auto half = unpack(archive_of({{"a.jpg", first}, {"locked.zip", locked}}));
    ASSERT_TRUE(half);
    EXPECT_THAT(half->pictures, ElementsAre(first));
    EXPECT_GT(half->locked, 0U);
}

TEST(Archive, ABombCostsNoMoreThanItsBound)
{
    Bytes zeros(60U << 20U);
    std::ranges::copy(first, zeros.begin());
    PackageLimits limits;
    limits.max_bytes = 1U << 20U;
    limits.max_unpacked_bytes = 8U << 20U;
    const auto contents = unpack(archive_of({{"a.jpg", zeros}, {"b.jpg", zeros}, {"c.jpg", first}}), limits);
    ASSERT_TRUE(contents);
    EXPECT_LE(contents->unpacked_bytes, limits.max_unpacked_bytes + (1U << 20U));
    EXPECT_FALSE(contents->is_whole);
    EXPECT_THAT(contents->pictures, ElementsAre(first));
}

TEST(Archive, OfManyEntriesIsReadToItsBound)
{
    Entries many(50, {"x.txt", to_bytes("x")});
    many.push_back({"a.jpg", first});
    PackageLimits limits;
    limits.max_entries = 20;
    const auto contents = unpack(archive_of(many), limits);
    ASSERT_TRUE(contents);
    EXPECT_FALSE(contents->is_whole);
    limits.max_entries = 100;
    limits.max_pictures = 1;
    EXPECT_EQ(unpack(archive_of({{"a.jpg", first}, {"b.png", second}}), limits)->pictures.size(), 1U);
}

TEST(Archive, BrokenAnywhereEndsInAnAnswer)
{
    for (const auto& file : {archive_of(album), archive_of(album, ArchiveKind::seven_zip), rar_of(album)})
        for (std::size_t i = 0; i < 200; ++i) {
            auto broken = file;
            broken[i * 7919 % broken.size()] ^= static_cast<std::byte>(1U << (i % 8));
            (void)unpack(broken);
            (void)unpack(ByteView(file).first(i * 7919 % file.size()));
        }
}

TEST(Package, IsToldByItsFirstBytes)
{
    EXPECT_EQ(sniff_package(archive_of(album)), PackageKind::zip);
    EXPECT_EQ(sniff_package(as_bytes("\n%PDF-1.7")), PackageKind::pdf);
    EXPECT_FALSE(sniff_package(first));
}

} // namespace
} // namespace stillwatch::packages
