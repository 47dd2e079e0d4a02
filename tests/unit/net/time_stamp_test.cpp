#include "net/time_stamp.hpp"

#include "tests/support/command.hpp"

#include <gtest/gtest.h>

namespace stillwatch::net {
namespace {

using test::run_command;

// A root, and an authority below it whose certificate holds from `from` days before now for `days`, as
// OpenSSL's own programs make them.
class Authority {
public:
    explicit Authority(int days = 30)
    {
        test::write_file(file("ts.cnf"), as_bytes(R"(
[tsa]
default_tsa = it
[it]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[usage]
extendedKeyUsage = critical,timeStamping
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
)"));
        test::write_file(file("serial"), as_bytes("01\n"));
        run("openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 3650 -subj "
            "/CN=Root "
            "-config ts.cnf -extensions authority 2>/dev/null || openssl req -x509 -newkey rsa:2048 -nodes "
            "-keyout root.key "
            "-out root.pem -days 3650 -subj /CN=Root");
        run("openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj '/CN=Example Time'");
        run("openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -out tsa.pem -days " +
            std::to_string(days) + " -extfile ts.cnf -extensions usage");
    }

    Bytes reply(const TimeStampQuery& query)
    {
        test::write_file(file("query"), query.der);
        run("openssl ts -reply -config ts.cnf -section it -queryfile query -signer tsa.pem -inkey tsa.key "
            "-chain root.pem "
            "-out reply");
        return test::read_file(file("reply"));
    }
    TimeStampRoots roots() const
    {
        return TimeStampRoots::from_pem(as_text(test::read_file(directory_ / "root.pem"))).value();
    }
    std::filesystem::path file(const char* name) const { return directory_ / name; }
    void run(const std::string& command) const
    {
        const auto done =
            run_command({"sh", "-c", "cd " + directory_.path().string() + " && { " + command + "; }"});
        ASSERT_EQ(done.exit_code, 0) << command << "\n" << done.err;
    }

private:
    test::TemporaryDirectory directory_;
};

const auto digest = Sha256::of(as_bytes("datapackage.json"));

TEST(TimeStamp, OfAnAuthorityThatIsTrustedHoldsWithAndWithoutItsQuery)
{
    Authority authority;
    const auto query = make_time_stamp_query(digest);
    const auto reply = authority.reply(query);
    for (const auto* asked : {&query, static_cast<const TimeStampQuery*>(nullptr)}) {
        const auto stamp = check_time_stamp(reply, digest, authority.roots(), asked);
        ASSERT_TRUE(stamp) << stamp.error().detail;
        EXPECT_EQ(stamp->authority, "CN=Example Time");
        EXPECT_EQ(stamp->policy, "1.2.3.4.1");
        EXPECT_EQ(stamp->serial, "02");
        EXPECT_GT(stamp->at, *parse_utc("2026-01-01T00:00:00Z"));
    }
}

TEST(TimeStamp, TheQueryIsWhatOpensslReads)
{
    const test::TemporaryDirectory directory;
    test::write_file(directory / "query", make_time_stamp_query(digest).der);
    const auto told =
        run_command({"openssl", "ts", "-query", "-in", (directory / "query").string(), "-text"}).out;
    EXPECT_NE(told.find("Hash Algorithm: sha256"), std::string::npos) << told;
    EXPECT_NE(told.find("Certificate required: yes"), std::string::npos) << told;
    EXPECT_LE(make_time_stamp_query(digest).der.size(), 70U);
}

TEST(TimeStamp, OfAnotherDigestOrToAnotherQueryIsRefused)
{
    Authority authority;
    const auto query = make_time_stamp_query(digest);
    const auto reply = authority.reply(query);
    EXPECT_EQ(check_time_stamp(reply, Sha256::of(as_bytes("other")), authority.roots()).error().detail,
              "time stamp: message imprint mismatch");
    const auto other = make_time_stamp_query(digest); // another nonce
    EXPECT_EQ(check_time_stamp(reply, digest, authority.roots(), &other).error().detail,
              "time stamp: nonce mismatch");
}

TEST(TimeStamp, OfAnAuthorityThatNobodyTrustsIsRefused)
{
    Authority authority;
    const Authority other;
    const auto reply = authority.reply(make_time_stamp_query(digest));
    const auto stamp = check_time_stamp(reply, digest, other.roots());
    ASSERT_FALSE(stamp);
    EXPECT_EQ(stamp.error().code, Errc::corrupt);
}

TEST(TimeStamp, EachChangedByteIsNoticedOrChangesNothingThatIsTold)
{
    Authority authority;
    const auto reply = authority.reply(make_time_stamp_query(digest));
    const auto honest = check_time_stamp(reply, digest, authority.roots()).value();
    for (std::size_t i = 0; i < reply.size(); i += 11) {
        auto changed = reply;
        changed[i] ^= std::byte{1};
        const auto stamp = check_time_stamp(changed, digest, authority.roots());
        if (stamp) {
            EXPECT_EQ(stamp->at, honest.at) << "byte " << i;
            EXPECT_EQ(stamp->authority, honest.authority) << "byte " << i;
        }
    }
}

TEST(TimeStamp, WhatIsNoReplyIsMalformed)
{
    const Authority authority;
    for (const auto* text : {"", "0", "<html>busy</html>"})
        EXPECT_EQ(check_time_stamp(as_bytes(text), digest, authority.roots()).error().code, Errc::malformed);
    EXPECT_FALSE(TimeStampRoots::from_pem("nothing"));
}

} // namespace
} // namespace stillwatch::net
