#include "videos/container.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::videos {
namespace {

using namespace std::string_view_literals;

std::optional<Container> sniff(std::string_view head)
{
    return sniff_container(as_bytes(head));
}

TEST(Container, IsToldByTheFirstBytes)
{
    EXPECT_EQ(sniff("\0\0\0\x20"
                    "ftypisom"sv),
              Container::mp4);
    EXPECT_EQ(sniff("\0\0\0\x08"
                    "wide\0\0\0\0mdat"sv),
              Container::mp4);
    EXPECT_EQ(sniff("\x1A\x45\xDF\xA3 webm"sv), Container::matroska);
    EXPECT_EQ(sniff("RIFF\0\0\0\0AVI LIST"sv), Container::avi);
    EXPECT_EQ(sniff("FLV\x01\x05"sv), Container::flv);
    EXPECT_EQ(sniff("OggS\0\x02"sv), Container::ogg);
    EXPECT_EQ(sniff("\0\0\1\xBA\x44"sv), Container::mpeg_ps);
}

TEST(Container, MpegTsIsFourPacketsInARow)
{
    for (const std::size_t first : {0, 4}) {
        std::string head(1'000, 'x');
        for (std::size_t i = 0; i < 4; ++i)
            head[first + i * (first == 0 ? 188 : 192)] = 0x47;
        EXPECT_EQ(sniff(head), Container::mpeg_ts);
        head[first + 3 * (first == 0 ? 188 : 192)] = 0x48;
        EXPECT_EQ(sniff(head), std::nullopt);
    }
}

TEST(Container, DocumentsThatNameOtherAddressesAreNone)
{
    EXPECT_EQ(sniff("#EXTM3U\n#EXT-X-VERSION:3\n"), std::nullopt);
    EXPECT_EQ(sniff("<?xml version=\"1.0\"?><MPD>"), std::nullopt);
    EXPECT_EQ(sniff("ffconcat version 1.0\nfile 'a.mp4'\n"), std::nullopt);
    EXPECT_EQ(sniff("v=0\no=- 0 0 IN IP4 127.0.0.1\n"), std::nullopt);
    EXPECT_EQ(sniff("RIFF\0\0\0\0WEBPVP8 "sv), std::nullopt);
    EXPECT_EQ(sniff(""), std::nullopt);
}

} // namespace
} // namespace stillwatch::videos
