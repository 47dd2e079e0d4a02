#include "vault/case_key.hpp"

#include <gtest/gtest.h>

namespace stillwatch::vault {
namespace {

TEST(CaseKey, OpensWhatWasSealedToTheCase)
{
    const auto installation = make_key_pair();
    const auto key = make_case_key(installation.public_key, "C-7F3K");
    const auto sealed = seal(key.public_key, "reference C-7F3K", as_bytes("fingerprints"));

    const auto pair = open_case_key(installation, "C-7F3K", key);
    ASSERT_TRUE(pair) << to_string(pair.error());
    const auto clear = open(*pair, "reference C-7F3K", sealed);
    ASSERT_TRUE(clear);
    EXPECT_EQ(clear->text(), "fingerprints");
}

TEST(CaseKey, OfOneCaseDoesNotOpenAsAnother)
{
    const auto installation = make_key_pair();
    const auto key = make_case_key(installation.public_key, "C-7F3K");
    const auto pair = open_case_key(installation, "C-8888", key);
    ASSERT_FALSE(pair);
    EXPECT_EQ(pair.error().code, Errc::corrupt);
}

TEST(CaseKey, NeedsTheInstallationThatMadeIt)
{
    const auto key = make_case_key(make_key_pair().public_key, "C-7F3K");
    EXPECT_FALSE(open_case_key(make_key_pair(), "C-7F3K", key));
}

TEST(CaseKey, ASwappedPublicKeyIsNoticed)
{
    const auto installation = make_key_pair();
    auto key = make_case_key(installation.public_key, "C-7F3K");
    key.public_key = make_key_pair().public_key;
    const auto pair = open_case_key(installation, "C-7F3K", key);
    ASSERT_FALSE(pair);
    EXPECT_NE(pair.error().detail.find("not of its secret"), std::string::npos);
}

} // namespace
} // namespace stillwatch::vault
