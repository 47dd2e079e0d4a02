#include "core/url.hpp"
#include "packages/inflate.hpp"
#include "packages/pictures_inside.hpp"
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

TEST(Archive, TellsWhatItsPicturesAreCalled)
{
    EXPECT_THAT(unpack(archive_of(album))->names, ElementsAre("set/1.jpg", "set/gr\xC3\xBC\xC3\x9F.png"));
    const auto outer = unpack(archive_of({{"inner.zip", archive_of(album)}}));
    EXPECT_THAT(outer->names, ElementsAre("inner.zip/set/1.jpg", "inner.zip/set/gr\xC3\xBC\xC3\x9F.png"));
}

TEST(Archive, IsReadInTurnsUntilNothingIsLeft)
{
    PackageLimits limits;
    limits.in_turns = true;
    limits.max_bytes = std::max(first.size(), second.size());
    const auto one = unpack(archive_of(album), limits);
    ASSERT_TRUE(one);
    EXPECT_THAT(one->pictures, ElementsAre(first));
    EXPECT_TRUE(one->has_more);
    EXPECT_TRUE(one->is_whole);
    limits.first_picture = one->found;
    limits.max_bytes = second.size();
    const auto two = unpack(archive_of(album), limits);
    ASSERT_TRUE(two);
    EXPECT_THAT(two->pictures, ElementsAre(second));
    EXPECT_FALSE(two->has_more);
}

TEST(Archive, APictureLargerThanAnythingThatIsGivenIsLeftOutAndEndsNoTurn)
{
    PackageLimits limits;
    limits.in_turns = true;
    limits.max_bytes = std::min(first.size(), second.size());
    const auto contents = unpack(archive_of(album), limits);
    ASSERT_TRUE(contents);
    EXPECT_EQ(contents->pictures.size(), 1U);
    EXPECT_FALSE(contents->has_more);
    EXPECT_FALSE(contents->is_whole);
}

// RAR files whose list is under a password: version 4 says so in its main header, version 5 in a header of
// its own.
TEST(Archive, AListUnderAPasswordIsToldAsWell)
{
    const auto put = [](Bytes& out, std::string_view text) {
        for (const char c : text)
            out.push_back(static_cast<std::byte>(c));
    };
    using namespace std::string_view_literals;
    Bytes head;
    put(head, "\x73\x80\x00\x0D\x00\x00\x00\x00\x00\x00\x00"sv);
    const auto sum = crc_32(head);
    Bytes fourth;
    put(fourth, "Rar!\x1A\x07\x00"sv);
    fourth.push_back(static_cast<std::byte>(sum & 0xFFU));
    fourth.push_back(static_cast<std::byte>(sum >> 8U & 0xFFU));
    fourth.insert(fourth.end(), head.begin(), head.end());
    put(fourth, std::string(64, '\0'));
    EXPECT_EQ(unpack(fourth).error().code, Errc::refused);

    Bytes crypt; // size, type 4, flags, version, flags, rounds, salt
    put(crypt, "\x15\x04\x00\x00\x00\x0F"sv);
    put(crypt, std::string(16, 'S'));
    const auto crypt_sum = crc_32(crypt);
    Bytes fifth;
    put(fifth, "Rar!\x1A\x07\x01\x00"sv);
    for (unsigned shift = 0; shift < 32; shift += 8)
        fifth.push_back(static_cast<std::byte>(crypt_sum >> shift & 0xFFU));
    fifth.insert(fifth.end(), crypt.begin(), crypt.end());
    put(fifth, std::string(64, 'x'));
    EXPECT_EQ(unpack(fifth).error().code, Errc::refused);
}

TEST(PicturesInside, AreNamedByAddressDigestAndEntry)
{
    const auto told = pictures_inside(archive_of(album), "https://board.example/set.zip", 0);
    ASSERT_TRUE(told) << to_string(told.error());
    ASSERT_EQ(told->links.size(), 2U);
    EXPECT_EQ(told->links[0].url,
              "https://board.example/set.zip#sha256-" + Sha256::of(first).hex() + "&entry=set/1.jpg");
    EXPECT_EQ(Url::parse(told->links[1].url)->entry_inside(), "set/gr%C3%BC%C3%9F.png");
    EXPECT_THAT(told->pictures, ElementsAre(first, second));
    EXPECT_EQ(told->next_picture, 0U);
    EXPECT_EQ(
        pictures_inside(archive_of({{"a.txt", to_bytes("no picture")}}), "https://board.example/t.zip", 0)
            .error()
            .code,
        Errc::undecodable);
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

TEST(Package, IsToldByItsFirstBytesAndTheEndOfAnAddress)
{
    EXPECT_EQ(sniff_package(archive_of(album)), PackageKind::zip);
    EXPECT_EQ(sniff_package(as_bytes("\n%PDF-1.7")), PackageKind::pdf);
    EXPECT_FALSE(sniff_package(first));
    EXPECT_TRUE(has_package_suffix("/a/set.ZIP"));
    EXPECT_TRUE(has_package_suffix("/a/comic.cb7"));
    EXPECT_FALSE(has_package_suffix("/zip/a.html"));
}

} // namespace
} // namespace stillwatch::packages
