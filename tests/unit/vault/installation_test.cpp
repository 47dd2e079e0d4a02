#include "vault/installation.hpp"

#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace stillwatch::vault {
namespace {

namespace fs = std::filesystem;
using test::TemporaryDirectory;

std::string copy_of(const fs::path& path)
{
    return std::string(as_text(test::read_file(path)));
}

TEST(InstallationKeys, AreReadBack)
{
    const TemporaryDirectory directory;
    const auto keys = directory / "keys";
    ASSERT_TRUE(create_installation_keys(keys));
    const auto first = load_installation_keys({keys});
    const auto second = load_installation_keys({keys});
    ASSERT_TRUE(first) << to_string(first.error());
    ASSERT_TRUE(second);
    EXPECT_EQ(first->sealing.public_key, second->sealing.public_key);
    EXPECT_EQ(first->signing.verify_key(), second->signing.verify_key());
    const auto sealed = seal(first->sealing.public_key, "x", as_bytes("text"));
    EXPECT_TRUE(open(second->sealing, "x", sealed));
}

TEST(InstallationKeys, AreForTheirOwnerOnly)
{
    const TemporaryDirectory directory;
    const auto keys = directory / "keys";
    ASSERT_TRUE(create_installation_keys(keys));
    EXPECT_EQ(fs::status(keys).permissions(), fs::perms::owner_all);
    for (const auto* name : {"installation.key", "signing.key"})
        EXPECT_EQ(fs::status(keys / name).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(InstallationKeys, HaveAHeaderThatSaysWhatTheyAre)
{
    const TemporaryDirectory directory;
    ASSERT_TRUE(create_installation_keys(directory / "keys"));
    const auto text = copy_of(directory / "keys/installation.key");
    EXPECT_TRUE(text.starts_with("stillwatch-key-1 installation x25519\n"));
    EXPECT_EQ(text.size(), std::string_view("stillwatch-key-1 installation x25519\n").size() + 65);
    EXPECT_TRUE(text.ends_with('\n'));
    EXPECT_TRUE(copy_of(directory / "keys/signing.key").starts_with("stillwatch-key-1 signing ed25519\n"));
}

TEST(InstallationKeys, AreNeverReplaced)
{
    const TemporaryDirectory directory;
    const auto keys = directory / "keys";
    ASSERT_TRUE(create_installation_keys(keys));
    const auto before = copy_of(keys / "installation.key");
    const auto again = create_installation_keys(keys);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::exists);
    EXPECT_EQ(copy_of(keys / "installation.key"), before);
}

TEST(InstallationKeys, AHalfMadeDirectoryIsCompleted)
{
    const TemporaryDirectory directory;
    const auto keys = directory / "keys";
    ASSERT_TRUE(create_installation_keys(keys));
    const auto before = copy_of(keys / "installation.key");
    fs::remove(keys / "signing.key");
    ASSERT_TRUE(create_installation_keys(keys));
    EXPECT_EQ(copy_of(keys / "installation.key"), before);
    EXPECT_TRUE(load_installation_keys({keys}));
}

TEST(InstallationKeys, ReadableByOthersAreRefused)
{
    const TemporaryDirectory directory;
    const auto keys = directory / "keys";
    ASSERT_TRUE(create_installation_keys(keys));
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U}) {
        ASSERT_EQ(::chmod((keys / "signing.key").c_str(), mode), 0);
        const auto loaded = load_installation_keys({keys});
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code, Errc::refused);
        EXPECT_NE(loaded.error().detail.find("signing.key"), std::string::npos);
        EXPECT_NE(loaded.error().detail.find("chmod 600"), std::string::npos);
    }
}

TEST(InstallationKeys, MissingOnesAreNamed)
{
    const TemporaryDirectory directory;
    const auto loaded = load_installation_keys({directory.path()});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Errc::not_found);
    EXPECT_NE(loaded.error().detail.find("installation.key"), std::string::npos);
}

TEST(InstallationKeys, DamagedOnesAreRefusedWithoutShowingThem)
{
    const TemporaryDirectory directory;
    const auto keys = directory / "keys";
    ASSERT_TRUE(create_installation_keys(keys));
    const auto good = copy_of(keys / "installation.key");
    const std::string other = copy_of(keys / "signing.key");
    const auto digits = good.substr(good.find('\n') + 1, 64);
    auto bad_digit = good;
    bad_digit[bad_digit.size() - 5] = 'x';
    for (const auto& text : {std::string(), other, good.substr(0, good.size() - 3), bad_digit, good + "00"}) {
        test::write_file(keys / "installation.key", as_bytes(text));
        const auto loaded = load_installation_keys({keys});
        ASSERT_FALSE(loaded) << text;
        EXPECT_EQ(loaded.error().code, Errc::corrupt);
        EXPECT_EQ(loaded.error().detail.find(digits.substr(0, 16)), std::string::npos);
    }
}

TEST(InstallationKeys, OfASystemdCredentialComeFirst)
{
    const TemporaryDirectory directory;
    ASSERT_TRUE(create_installation_keys(directory / "keys"));
    ASSERT_TRUE(create_installation_keys(directory / "credentials"));
    const auto credentials = directory / "credentials";
    fs::remove(credentials / "signing.key");
    ASSERT_EQ(::chmod((credentials / "installation.key").c_str(), 0440), 0); // as systemd's access list shows
    const auto plain = load_installation_keys({directory / "keys"});
    const auto loaded = load_installation_keys({directory / "keys", credentials});
    ASSERT_TRUE(loaded) << to_string(loaded.error());
    EXPECT_NE(loaded->sealing.public_key, plain->sealing.public_key);
    EXPECT_EQ(loaded->signing.verify_key(), plain->signing.verify_key());
}

} // namespace
} // namespace stillwatch::vault
