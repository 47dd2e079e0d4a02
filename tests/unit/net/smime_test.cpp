#include "net/smime.hpp"

#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace stillwatch::net {

namespace {

using testing::HasSubstr;
using testing::Not;

std::string content_of(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// A key and a certificate as OpenSSL's own program makes them, which opens what was sealed to them, too.
struct Person {
    explicit Person(const std::string& options)
    {
        run("openssl req -x509 -nodes -days 30 " + options +
            " -keyout key.pem -out certificate.pem -subj /CN=Desk"
            " -addext subjectAltName=email:Desk@helpline.example");
    }
    void run(const std::string& command)
    {
        const auto whole = "cd " + directory.path().string() + " && " + command + " >/dev/null 2>&1";
        EXPECT_EQ(std::system(whole.c_str()), 0) << command;
    }
    std::string opened(const std::string& entity)
    {
        std::ofstream(directory / "mail", std::ios::binary) << entity;
        run("openssl cms -decrypt -in mail -recip certificate.pem -inkey key.pem -out clear -binary");
        return content_of(directory / "clear");
    }
    test::TemporaryDirectory directory;
};

const std::string entity = "Content-Type: text/plain\r\nSubject: secret\r\n\r\nC-7F3K\r\n";

} // namespace

TEST(Smime, WhatIsSealedOpenSslOpensWithTheKey)
{
    for (const auto* options : {"-newkey rsa:2048", "-newkey ec -pkeyopt ec_paramgen_curve:P-256"}) {
        Person person(options);
        const auto recipient = smime_recipient(content_of(person.directory / "certificate.pem"));
        ASSERT_TRUE(recipient.has_value()) << recipient.error().detail;
        EXPECT_EQ(recipient->addresses, std::vector<std::string>{"desk@helpline.example"});
        const auto sealed = recipient->cipher->seal(entity);
        ASSERT_TRUE(sealed.has_value()) << sealed.error().detail;
        EXPECT_THAT(*sealed, HasSubstr("smime-type=authEnveloped-data"));
        EXPECT_THAT(*sealed, Not(HasSubstr("C-7F3K")));
        EXPECT_EQ(person.opened(*sealed), entity);
        EXPECT_EQ(recipient->trouble, "");
    }
}

TEST(Smime, ACertificateThatNothingCanBeSealedToSaysWhy)
{
    Person person("-newkey ed25519"); // a key that signs and does nothing else
    const auto recipient = smime_recipient(content_of(person.directory / "certificate.pem"));
    ASSERT_TRUE(recipient.has_value()) << recipient.error().detail;
    EXPECT_EQ(recipient->trouble, "S/MIME: the certificate's key cannot encrypt");
    EXPECT_FALSE(recipient->cipher->seal(entity));
}

TEST(Smime, WhatIsNoCertificateIsRefused)
{
    EXPECT_FALSE(smime_recipient("").has_value());
    EXPECT_FALSE(
        smime_recipient("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").has_value());
}

} // namespace stillwatch::net
