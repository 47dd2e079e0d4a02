#include "tests/support/command.hpp"
#include "tests/support/sample_capture.hpp"
#include "vault/age.hpp"
#include "vault/age_read.hpp"

#include <gtest/gtest.h>

namespace stillwatch::vault {
namespace {

using test::run_command;
using test::TemporaryDirectory;

struct Sealed {
    Bytes file;
    std::vector<std::string> identities; // paths
};

// Clear bytes in an age file to new recipients, written in parts of `part_size`; the identities are files.
Sealed sealed_to(const TemporaryDirectory& directory, ByteView clear, std::size_t recipient_count,
                 std::size_t part_size = 10'000)
{
    Sealed sealed;
    std::vector<AgeRecipient> recipients;
    for (std::size_t i = 0; i < recipient_count; ++i) {
        const auto identity = generate_age_identity();
        recipients.push_back(AgeRecipient::parse(identity.recipient).value());
        sealed.identities.push_back((directory / ("identity" + std::to_string(i))).string());
        test::write_file(sealed.identities.back(), identity.identity.bytes());
    }
    auto writer = AgeWriter::start(recipients, [&sealed](ByteView part) -> Result<void> {
        sealed.file.insert(sealed.file.end(), part.begin(), part.end());
        return {};
    });
    for (; !clear.empty(); clear = clear.subspan(std::min(part_size, clear.size())))
        EXPECT_TRUE(writer->write(clear.first(std::min(part_size, clear.size()))));
    EXPECT_TRUE(writer->finish());
    return sealed;
}

test::CommandResult decrypt(const Sealed& sealed, std::size_t identity = 0)
{
    return run_command({"age", "-d", "-i", sealed.identities[identity]}, sealed.file);
}

class AgeProgram : public testing::TestWithParam<std::size_t> {};

TEST_P(AgeProgram, OpensAFileOfThisSize)
{
    const TemporaryDirectory directory;
    const auto clear = test::noise(GetParam());
    const auto opened = decrypt(sealed_to(directory, clear, 1));
    ASSERT_EQ(opened.exit_code, 0) << opened.err;
    EXPECT_TRUE(opened.out == as_text(clear));
}

INSTANTIATE_TEST_SUITE_P(Sizes, AgeProgram,
                         testing::Values(0, 1, 65'535, 65'536, 65'537, 131'072, 131'073, 5'000'001));

TEST(AgeProgramRecipients, EachOfThemOpensTheFile)
{
    const TemporaryDirectory directory;
    const auto clear = test::noise(100'000);
    const auto sealed = sealed_to(directory, clear, 3);
    for (std::size_t i = 0; i < 3; ++i) {
        const auto opened = decrypt(sealed, i);
        ASSERT_EQ(opened.exit_code, 0) << opened.err;
        EXPECT_TRUE(opened.out == as_text(clear));
    }
}

TEST(AgeProgramRecipients, NobodyElseOpensTheFile)
{
    const TemporaryDirectory directory;
    auto sealed = sealed_to(directory, as_bytes("clear"), 1);
    test::write_file(sealed.identities[0], generate_age_identity().identity.bytes());
    const auto opened = decrypt(sealed);
    EXPECT_NE(opened.exit_code, 0);
    EXPECT_EQ(opened.out, "");
}

TEST(AgeProgramRecipients, TheKeyThatAgeKeygenMakesIsRead)
{
    const TemporaryDirectory directory;
    const auto path = (directory / "identity").string();
    ASSERT_EQ(run_command({"age-keygen", "-o", path}).exit_code, 0);
    auto recipient = run_command({"age-keygen", "-y", path}).out;
    recipient.pop_back(); // line end
    const std::vector recipients{AgeRecipient::parse(recipient).value()};
    Sealed sealed{{}, {path}};
    auto writer = AgeWriter::start(recipients, [&sealed](ByteView part) -> Result<void> {
        sealed.file.insert(sealed.file.end(), part.begin(), part.end());
        return {};
    });
    ASSERT_TRUE(writer->write(as_bytes("clear")));
    ASSERT_TRUE(writer->finish());
    EXPECT_EQ(decrypt(sealed).out, "clear");
}

TEST(AgeProgramRecipients, OurIdentityAndRecipientBelongTogether)
{
    const auto identity = generate_age_identity();
    const auto recipient = run_command({"age-keygen", "-y"}, identity.identity.bytes());
    EXPECT_EQ(recipient.out, identity.recipient + "\n") << recipient.err;
}

TEST(AgeProgramDamage, AnUnfinishedStreamIsRefused)
{
    const TemporaryDirectory directory;
    auto sealed = sealed_to(directory, test::noise(200'000), 1);
    const auto whole =
        ByteView(sealed.file).first(sealed.file.size() - 200'000 % 65'536 - 16); // without the last chunk
    sealed.file = Bytes(whole.begin(), whole.end());
    EXPECT_NE(decrypt(sealed).exit_code, 0);
}

TEST(AgeProgram, WhatItSealsIsOpenedHere)
{
    const TemporaryDirectory directory;
    const auto identity = generate_age_identity();
    const auto clear = test::noise(200'000);
    const auto sealed =
        run_command({"age", "-r", generate_age_identity().recipient, "-r", identity.recipient}, clear);
    ASSERT_EQ(sealed.exit_code, 0) << sealed.err;
    Bytes opened;
    const auto identities = AgeIdentities::parse(identity.identity.text()).value();
    const auto done = open_age(as_bytes(sealed.out), identities, [&opened](ByteView part) -> Result<void> {
        append(opened, part);
        return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_TRUE(opened == clear);
}

} // namespace
} // namespace stillwatch::vault
