#include "pipeline/stand_ins.hpp"

#include "world.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

using namespace test;

Sha256 bytes(std::string_view text)
{
    return Sha256::of(as_bytes(text));
}

Url picture_at(int number, std::string_view query = "")
{
    return Url::parse(fmt::format("https://img.board.example/{}.jpg{}", number, query)).value();
}

TEST(StandIn, IsWhatComesForNearlyAllAddresses)
{
    StandIns stand_ins;
    for (int i = 0; i < 9; ++i)
        EXPECT_EQ(stand_ins.note(picture_at(i), LinkKind::image, bytes("x")), StandIns::Change::none);
    EXPECT_FALSE(stand_ins.is_one(picture_at(0), LinkKind::image, bytes("x")));
    EXPECT_EQ(stand_ins.note(picture_at(9), LinkKind::image, bytes("x")), StandIns::Change::begins);
    EXPECT_TRUE(stand_ins.is_one(picture_at(0), LinkKind::image, bytes("x")));
    EXPECT_FALSE(stand_ins.is_one(picture_at(0), LinkKind::page, bytes("x")));
    EXPECT_FALSE(stand_ins.is_one(picture_at(0), LinkKind::image, bytes("y")));
}

TEST(StandIn, APictureUnderManyVersionsOfItsAddressIsNone)
{
    StandIns stand_ins;
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(stand_ins.note(picture_at(1, fmt::format("?v={}", i)), LinkKind::image, bytes("x")),
                  StandIns::Change::none);
}

TEST(StandIn, TheAvatarOfNobodyAmongOtherPicturesIsNone)
{
    StandIns stand_ins;
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(stand_ins.note(picture_at(i), LinkKind::image,
                                 bytes(i % 3 == 0 ? std::to_string(i) : std::string("nobody"))),
                  StandIns::Change::none)
            << i;
}

TEST(StandIn, EndsWhenOtherBytesCome)
{
    StandIns stand_ins;
    for (int i = 0; i < 20; ++i)
        stand_ins.note(picture_at(i), LinkKind::image, bytes("x"));
    int ended = 0;
    for (int i = 0; i < 40; ++i)
        ended += stand_ins.note(picture_at(i), LinkKind::image, bytes(std::to_string(i))) ==
                 StandIns::Change::ends;
    EXPECT_EQ(ended, 1);
}

class StandInsOfASite : public testing::Test, protected World {
protected:
    StandInsOfASite()
    {
        use_settings();
        std::string page;
        for (int i = 0; i < pictures; ++i)
            page += "img " + picture_at(i).text() + "\n";
        serve(start, page);
    }
    static constexpr int pictures = 30;
};

TEST_F(StandInsOfASite, OnePictureForEverythingIsTold)
{
    for (int i = 0; i < pictures; ++i)
        serve(picture_at(i).text(), picture_file("hotlinking"));
    crawl();
    EXPECT_TRUE(problems.is_set("stand_ins", "https://img.board.example"));
    EXPECT_GE(counters.by_label("stand_ins_total").at("image"), 20);
    const auto health = stores.frontier().site_health("board", 0, clock.now());
    EXPECT_GE(health.bounds.at("one_answer_for_many_addresses"), 20);
    EXPECT_LE(counters.by_label("referer_retries_total").at("in_vain"), 5);
}

TEST_F(StandInsOfASite, OnePictureForWhoComesFromElsewhereIsSeenThrough)
{
    for (int i = 0; i < pictures; ++i)
        web.pages[picture_at(i).text()] = [i](const FetchRequest& request) {
            const bool comes_from_elsewhere =
                std::ranges::find(request.headers, "Referer", &HeaderField::name) != request.headers.end();
            return ScriptedFetcher::text(
                picture_file(comes_from_elsewhere ? "hotlinking" : std::to_string(i)))(request);
        };
    const auto results = crawl();
    std::set<Sha256> contents;
    for (int i = 0; i < pictures; ++i)
        contents.insert(results.at(picture_at(i).text()).content.value());
    EXPECT_EQ(contents.size(), static_cast<std::size_t>(pictures));
    EXPECT_FALSE(problems.is_set("stand_ins", "https://img.board.example"));
}

} // namespace
} // namespace stillwatch::pipeline
