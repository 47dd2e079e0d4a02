#include "net/time_stamp.hpp"

#include "tests/support/time_authority.hpp"

#include <gtest/gtest.h>

namespace stillwatch::net {
namespace {

using test::run_command;
using Authority = test::TimeAuthority;
using Signer = Authority::Signer;

const auto digest = Sha256::of(as_bytes("datapackage.json"));

TEST(TimeStamp, OfAnAuthorityThatIsTrustedHoldsWithAndWithoutItsQuery)
{
    Authority authority;
    const auto query = make_time_stamp_query(digest);
    const auto reply = authority.reply(query.der);
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
    const auto reply = authority.reply(query.der);
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
    const auto reply = authority.reply(make_time_stamp_query(digest).der);
    const auto stamp = check_time_stamp(reply, digest, other.roots());
    ASSERT_FALSE(stamp);
    EXPECT_EQ(stamp.error().code, Errc::corrupt);
}

TEST(TimeStamp, OfACertificateThatHadEndedOrIsForSomethingElseIsRefused)
{
    const Authority authority;
    const auto query = make_time_stamp_query(digest);
    for (const auto signer : {Signer::expired, Signer::other_usage}) {
        const auto stamp =
            check_time_stamp(authority.reply(query.der, signer), digest, authority.roots(), &query);
        ASSERT_FALSE(stamp);
        EXPECT_EQ(stamp.error().code, Errc::corrupt);
        EXPECT_EQ(stamp.error().detail, "time stamp: certificate verify error");
    }
}

TEST(TimeStamp, EachChangedByteIsNoticedOrChangesNothingThatIsTold)
{
    Authority authority;
    const auto reply = authority.reply(make_time_stamp_query(digest).der);
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
