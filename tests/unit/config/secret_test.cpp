#include "config/secret.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

namespace stillwatch::config {
namespace {

class Secret : public testing::Test {
protected:
    void SetUp() override
    {
        std::string pattern = testing::TempDir() + "stillwatch-secret-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override
    {
        unsetenv("CREDENTIALS_DIRECTORY");
        std::filesystem::remove_all(directory_);
    }
    std::string file(const std::string& name, const std::string& content, mode_t mode = 0600)
    {
        const auto path = directory_ / name;
        std::ofstream(path, std::ios::binary) << content;
        chmod(path.c_str(), mode);
        return path.string();
    }

    std::filesystem::path directory_;
};

TEST_F(Secret, LosesLineBreaksAtItsEndOnly)
{
    EXPECT_EQ(read_secret(file("a", "pass word \r\n\n")).value(), "pass word ");
    EXPECT_EQ(read_secret(file("b", "one\ntwo\n")).value(), "one\ntwo");
}

TEST_F(Secret, IsRefusedWhenEveryoneMayOpenIt)
{
    const auto secret = read_secret(file("a", "hidden", 0644));
    ASSERT_FALSE(secret);
    EXPECT_EQ(secret.error().code, Errc::refused);
    EXPECT_EQ(secret.error().detail.find("hidden"), std::string::npos);
    EXPECT_TRUE(read_secret(file("b", "hidden", 0640)).has_value());
}

TEST_F(Secret, ComesFromACredentialOfTheService)
{
    file("mail", "letmein\n", 0400);
    EXPECT_TRUE(is_out_of_sight("credential:mail"));
    EXPECT_EQ(read_secret("credential:mail").error().code, Errc::not_found);
    setenv("CREDENTIALS_DIRECTORY", directory_.c_str(), 1);
    EXPECT_FALSE(is_out_of_sight("credential:mail"));
    EXPECT_EQ(read_secret("credential:mail").value(), "letmein");
    EXPECT_EQ(read_secret("credential:other").error().code, Errc::not_found);
    EXPECT_EQ(read_secret("credential:../mail").error().code, Errc::invalid_argument);
}

TEST_F(Secret, MustBeAFilledPlainFile)
{
    EXPECT_EQ(read_secret(file("empty", "\n")).error().code, Errc::malformed);
    EXPECT_EQ(read_secret(file("long", std::string(70'000, 'x'))).error().code, Errc::too_large);
    EXPECT_EQ(read_secret(directory_.string()).error().code, Errc::malformed);
    const auto pipe = (directory_ / "pipe").string();
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(read_secret(pipe).error().code, Errc::malformed);
}

} // namespace
} // namespace stillwatch::config
