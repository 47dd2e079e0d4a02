#include "vault/age.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace stillwatch::vault {
namespace {

constexpr std::size_t chunk = 64U << 10U;

AgeRecipient some_recipient()
{
    return *AgeRecipient::parse(generate_age_identity().recipient);
}

// Sizes of what the sink was given for `size` clear bytes, without header and nonce.
std::vector<std::size_t> chunk_sizes(std::size_t size)
{
    std::vector<std::size_t> sizes;
    const std::vector recipients{some_recipient()};
    auto writer = AgeWriter::start(recipients, [&sizes](ByteView part) -> Result<void> {
        sizes.push_back(part.size());
        return {};
    });
    EXPECT_TRUE(writer);
    EXPECT_TRUE(writer->write(Bytes(size)));
    EXPECT_TRUE(writer->finish());
    return {sizes.begin() + 2, sizes.end()};
}

TEST(AgeWriter, OnlyAnEmptyFileEndsWithAnEmptyChunk)
{
    EXPECT_EQ(chunk_sizes(0), (std::vector<std::size_t>{16}));
    EXPECT_EQ(chunk_sizes(1), (std::vector<std::size_t>{17}));
    EXPECT_EQ(chunk_sizes(chunk), (std::vector<std::size_t>{chunk + 16}));
    EXPECT_EQ(chunk_sizes(chunk + 1), (std::vector<std::size_t>{chunk + 16, 17}));
    EXPECT_EQ(chunk_sizes(2 * chunk), (std::vector<std::size_t>{chunk + 16, chunk + 16}));
}

TEST(AgeWriter, HeaderHasAStanzaForEachRecipient)
{
    Bytes head;
    const std::vector recipients{some_recipient(), some_recipient()};
    const auto writer = AgeWriter::start(recipients, [&head](ByteView part) -> Result<void> {
        if (head.empty()) head.assign(part.begin(), part.end());
        return {};
    });
    ASSERT_TRUE(writer);
    const auto text = as_text(head);
    EXPECT_TRUE(text.starts_with("age-encryption.org/v1\n-> X25519 "));
    EXPECT_NE(text.find("-> X25519 "), text.rfind("-> X25519 "));
    EXPECT_EQ(text.find('='), std::string_view::npos);
    EXPECT_TRUE(text.ends_with('\n'));
}

TEST(AgeWriter, NeedsARecipient)
{
    const auto writer = AgeWriter::start({}, [](ByteView) -> Result<void> { return {}; });
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().code, Errc::invalid_argument);
}

TEST(AgeWriter, RefusesAKeyOfSmallOrder)
{
    const std::vector recipients{AgeRecipient{}};
    const auto writer = AgeWriter::start(recipients, [](ByteView) -> Result<void> { return {}; });
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().code, Errc::invalid_argument);
}

TEST(AgeWriter, HandsOnErrorsOfItsSink)
{
    int calls = 0;
    const std::vector recipients{some_recipient()};
    auto writer = AgeWriter::start(recipients, [&calls](ByteView) -> Result<void> {
        if (++calls > 2) return Error{Errc::io, "disk full"};
        return {};
    });
    ASSERT_TRUE(writer);
    const auto written = writer->write(Bytes(2 * chunk));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error(), (Error{Errc::io, "disk full"}));
}

} // namespace
} // namespace stillwatch::vault
