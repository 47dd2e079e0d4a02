#include "evidence/tar.hpp"

#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

Bytes archive_of(std::string_view name, std::string_view content)
{
    auto archive = tar_header(name, content.size(), 1'795'400'220);
    const auto bytes = as_bytes(content);
    archive.insert(archive.end(), bytes.begin(), bytes.end());
    archive.resize(archive.size() + tar_padding(content.size()) + tar_end);
    return archive;
}

TEST(Tar, IsReadBack)
{
    const auto archive = archive_of("manifest.json", "{}\n");
    ASSERT_EQ(archive.size(), 512U + 512U + 1024U);
    const auto members = read_tar(archive);
    ASSERT_TRUE(members) << to_string(members.error());
    ASSERT_EQ(members->size(), 1U);
    EXPECT_EQ(members->front().name, "manifest.json");
    EXPECT_EQ(as_text(members->front().content), "{}\n");
    EXPECT_EQ(members->front().modified, 1'795'400'220);
}

TEST(Tar, PaddingFillsBlocksOf512)
{
    EXPECT_EQ(tar_padding(0), 0U);
    EXPECT_EQ(tar_padding(1), 511U);
    EXPECT_EQ(tar_padding(512), 0U);
    EXPECT_EQ(tar_padding(513), 511U);
}

TEST(Tar, EveryByteOutsideTheContentCounts)
{
    const auto archive = archive_of("manifest.json", "{}\n");
    for (std::size_t i = 0; i < archive.size(); ++i) {
        if (i >= 512 && i < 515) continue; // content
        auto changed = archive;
        changed[i] ^= std::byte{1};
        const auto members = read_tar(changed);
        ASSERT_FALSE(members) << "byte " << i;
        EXPECT_EQ(members.error().code, Errc::corrupt);
        EXPECT_TRUE(members.error().detail.starts_with("tar archive")) << members.error().detail;
    }
}

TEST(Tar, EveryShorterOrLongerArchiveIsRefused)
{
    auto archive = archive_of("a", "content");
    for (std::size_t size = 0; size < archive.size(); ++size)
        EXPECT_FALSE(read_tar(ByteView(archive).first(size))) << size;
    archive.push_back(std::byte{0});
    EXPECT_FALSE(read_tar(archive));
}

TEST(Tar, AHugeSizeFieldIsNotBelieved)
{
    auto archive = tar_header("a", 077777777777, 0);
    archive.resize(archive.size() + 2048);
    const auto members = read_tar(archive);
    ASSERT_FALSE(members);
    EXPECT_EQ(members.error().detail, "tar archive, file 1: a ends early");
}

} // namespace
} // namespace stillwatch::evidence
