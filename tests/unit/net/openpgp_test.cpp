#include "net/openpgp.hpp"

#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace stillwatch::net {

namespace {

using testing::HasSubstr;
using testing::Not;

Bytes content_of(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    return to_bytes(text);
}

// Keys as GnuPG makes them, in a home of its own; it opens what was sealed to them, too.
struct Keyring {
    Keyring() { std::filesystem::permissions(directory.path(), std::filesystem::perms::owner_all); }
    ~Keyring() { run("gpgconf --kill all"); }
    Keyring(const Keyring&) = delete;
    void run(const std::string& command) const
    {
        const auto whole = "cd " + directory.path().string() + " && export GNUPGHOME=$PWD && " + command +
                           " >/dev/null 2>&1";
        EXPECT_EQ(std::system(whole.c_str()), 0) << command;
    }
    void make(const std::string& user, const std::string& usage = "default",
              const std::string& more = "") const
    {
        run("gpg --batch --passphrase '' " + more + " --quick-generate-key '" + user + "' ed25519 " +
            (usage == "default" ? "cert 1y" : usage + " 1y"));
        if (usage == "default")
            run("gpg --batch --passphrase '' " + more + " --quick-add-key $(gpg --with-colons -k '" + user +
                "' | awk -F: '/^fpr/{print $10;exit}') "
                "cv25519 encr 1y");
    }
    Bytes key(const std::string& user) const
    {
        run("gpg --batch --yes --armor --output key.asc --export '" + user + "'");
        return content_of(directory / "key.asc");
    }
    std::string opened(const std::string& mail) const
    {
        const auto begin = mail.find("-----BEGIN PGP MESSAGE");
        std::ofstream(directory / "sealed", std::ios::binary)
            << mail.substr(begin, mail.rfind("--=_") - begin);
        run("gpg --batch --yes --output clear --decrypt sealed");
        const auto clear = content_of(directory / "clear");
        return std::string(as_text(clear));
    }
    test::TemporaryDirectory directory;
};

const std::string entity = "Content-Type: text/plain\r\nSubject: secret\r\n\r\nC-7F3K\r\n";

} // namespace

TEST(OpenPgp, WhatIsSealedGpgOpensWithTheKey)
{
    const Keyring keyring;
    keyring.make("Desk <Desk@helpline.example>");
    const auto recipient = openpgp_recipient(keyring.key("desk@helpline.example"));
    ASSERT_TRUE(recipient.has_value()) << recipient.error().detail;
    EXPECT_EQ(recipient->addresses, std::vector<std::string>{"desk@helpline.example"});
    EXPECT_EQ(recipient->trouble, "");
    EXPECT_TRUE(recipient->cipher->is_slow());
    const auto sealed = recipient->cipher->seal(entity);
    ASSERT_TRUE(sealed.has_value()) << sealed.error().detail;
    EXPECT_THAT(*sealed, HasSubstr("protocol=\"application/pgp-encrypted\""));
    EXPECT_THAT(*sealed, Not(HasSubstr("C-7F3K")));
    EXPECT_EQ(keyring.opened(*sealed), entity);
}

TEST(OpenPgp, AKeyThatExpiredOrWasRevokedOrCannotEncryptSaysSoAndSealsNothing)
{
    const Keyring keyring;
    keyring.make("old@helpline.example", "default", "--faked-system-time 20200101T000000");
    keyring.make("dead@helpline.example");
    keyring.run(
        "sed -i 's/^:-----BEGIN/-----BEGIN/' openpgp-revocs.d/$(gpg --with-colons -k dead@helpline.example | "
        "awk -F: '/^fpr/{print $10;exit}').rev && gpg --batch --import openpgp-revocs.d/$(gpg --with-colons "
        "-k dead@helpline.example | awk -F: '/^fpr/{print $10;exit}').rev");
    keyring.make("signs@helpline.example", "sign");
    const std::pair<std::string, std::string> cases[] = {{"old@helpline.example", "expired"},
                                                         {"dead@helpline.example", "revoked"},
                                                         {"signs@helpline.example", "cannot encrypt"}};
    for (const auto& [user, why] : cases) {
        const auto recipient = openpgp_recipient(keyring.key(user));
        ASSERT_TRUE(recipient.has_value()) << user << ": " << recipient.error().detail;
        EXPECT_THAT(recipient->trouble, HasSubstr(why)) << user;
        const auto sealed = recipient->cipher->seal(entity);
        ASSERT_FALSE(sealed.has_value()) << user;
        EXPECT_EQ(sealed.error().code, Errc::refused);
        EXPECT_THAT(sealed.error().detail, HasSubstr(why));
    }
}

TEST(OpenPgp, WhatIsNotOneKeyOfAMailAddressIsRefused)
{
    const Keyring keyring;
    keyring.make("one@helpline.example");
    keyring.make("two@helpline.example");
    keyring.make("Nobody in particular");
    const auto error_of = [](const Bytes& key) {
        const auto recipient = openpgp_recipient(key);
        return recipient ? std::string("none") : recipient.error().detail;
    };
    EXPECT_THAT(error_of({}), HasSubstr("no public key"));
    EXPECT_THAT(error_of(to_bytes("no key at all")), HasSubstr("no public key"));
    EXPECT_THAT(error_of(keyring.key("helpline.example")), HasSubstr("2 keys"));
    EXPECT_THAT(error_of(keyring.key("Nobody in particular")), HasSubstr("names no mail address"));
}

} // namespace stillwatch::net
