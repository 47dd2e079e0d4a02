#include "videos/video_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::videos {
namespace {

bool is_one(const std::string& file)
{
    return is_video(as_bytes(file));
}

std::string with_zeros(std::string_view text)
{
    std::string file;
    for (const char c : text)
        file.push_back(c == '0' ? '\0' : c);
    return file;
}

TEST(VideoFile, ContainersAreToldByTheirFirstBytes)
{
    EXPECT_TRUE(is_one(with_zeros("000 ftypisom") + "rest"));
    EXPECT_TRUE(is_one(with_zeros("000 ftypqt  ")));
    EXPECT_TRUE(is_one(with_zeros("000 stypmsdh")));
    EXPECT_TRUE(is_one("\x1A\x45\xDF\xA3 webm"));
    EXPECT_TRUE(is_one("RIFF....AVI LIST"));
    EXPECT_TRUE(is_one("FLV\x01\x05"));
    EXPECT_TRUE(is_one("OggS.......\x80theora"));
    EXPECT_TRUE(is_one(std::string("\0\0\x01\xBA", 4)));
    EXPECT_TRUE(is_one("\x30\x26\xB2\x75\x8E\x66\xCF\x11 asf"));
    std::string stream;
    for (int packet = 0; packet < 3; ++packet)
        stream += 'G' + std::string(187, '.');
    EXPECT_TRUE(is_one(stream));
    std::string timed;
    for (int packet = 0; packet < 3; ++packet)
        timed += "...." + ('G' + std::string(187, '.'));
    EXPECT_TRUE(is_one(timed));
    EXPECT_FALSE(is_one(stream.substr(0, 188) + "x" + stream.substr(0, 188)));
}

TEST(VideoFile, ABoxOfNothingHidesNoVideo)
{
    EXPECT_TRUE(is_one(with_zeros("000 free....000 ftypisom")));
    EXPECT_TRUE(is_one(with_zeros("000 skip....")));
    EXPECT_FALSE(is_one("The free lunch")) << "a text";
    EXPECT_FALSE(is_one("You skip this")) << "a text";
}

TEST(VideoFile, PlaylistsOfVideosAreOnes)
{
    EXPECT_TRUE(is_one("\xEF\xBB\xBF#EXTM3U\n"));
    EXPECT_TRUE(is_one("<?xml version='1.0'?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">"));
    EXPECT_FALSE(is_one("<html><pre><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">"));
}

TEST(VideoFile, PicturesSoundAndTextAreNone)
{
    for (const auto& file :
         {with_zeros("000 ftypavif"), with_zeros("000 ftypheic"), with_zeros("000 ftypM4A "),
          std::string("OggS vorbis"), std::string("RIFF....WEBPVP8 "), std::string("G"),
          std::string("\xFF\xD8\xFF"), std::string("<html>"), std::string()})
        EXPECT_FALSE(is_one(file)) << file;
}

} // namespace
} // namespace stillwatch::videos
