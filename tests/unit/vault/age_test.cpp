#include "vault/age.hpp"
#include "vault/age_read.hpp"

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

// An age file, and the text of the identity that opens it.
struct SealedText {
    Bytes file;
    std::string identity;
};

SealedText sealed_with(ByteView clear)
{
    SealedText sealed;
    auto identity = generate_age_identity();
    sealed.identity = identity.identity.text();
    const std::vector recipients{some_recipient(), *AgeRecipient::parse(identity.recipient)};
    auto writer = AgeWriter::start(recipients, [&sealed](ByteView part) -> Result<void> {
        append(sealed.file, part);
        return {};
    });
    const auto first = std::min<std::size_t>(clear.size(), 1000); // no chunk begins where a write does
    EXPECT_TRUE(writer->write(clear.first(first)));
    EXPECT_TRUE(writer->write(clear.subspan(first)));
    EXPECT_TRUE(writer->finish());
    return sealed;
}

Result<Bytes> opened(ByteView file, const std::string& identity)
{
    Bytes clear;
    const auto identities = AgeIdentities::parse(identity).value();
    const auto done = open_age(file, identities, [&clear](ByteView part) -> Result<void> {
        append(clear, part);
        return {};
    });
    if (!done) return done.error();
    return clear;
}

TEST(OpenAge, GivesWhatWasSealedOfEverySize)
{
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 5}) {
        Bytes clear(size, std::byte{7});
        if (size > 0) clear.back() = std::byte{9};
        const auto sealed = sealed_with(clear);
        const auto back = opened(sealed.file, "# ours\n\n" + sealed.identity + "\n");
        ASSERT_TRUE(back) << size << back.error().detail;
        EXPECT_EQ(*back, clear) << size;
    }
}

TEST(OpenAge, EachChangedByteAndEachCutIsNoticed)
{
    const auto sealed = sealed_with(as_bytes("a page and a picture"));
    for (std::size_t i = 0; i < sealed.file.size(); ++i) {
        auto changed = sealed.file;
        changed[i] ^= std::byte{1};
        EXPECT_FALSE(opened(changed, sealed.identity)) << i;
        EXPECT_FALSE(opened(ByteView(sealed.file).first(i), sealed.identity)) << i;
    }
    const auto two = sealed_with(Bytes(2 * chunk));
    EXPECT_EQ(opened(ByteView(two.file).first(two.file.size() - chunk - 16), two.identity).error().code,
              Errc::corrupt);
}

TEST(OpenAge, AnotherIdentityOpensNothing)
{
    const auto sealed = sealed_with(as_bytes("x"));
    const auto other = generate_age_identity();
    EXPECT_EQ(opened(sealed.file, std::string(other.identity.text())).error().code, Errc::refused);
}

TEST(AgeIdentities, AreReadFromAFileOfAgeKeygenAndNothingElse)
{
    for (const auto* text : {"", "# nothing\n", "age1qqqq\n", "AGE-SECRET-KEY-1QQ\n"}) {
        const auto parsed = AgeIdentities::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().detail.find("QQ"), std::string::npos);
    }
}

} // namespace
} // namespace stillwatch::vault
