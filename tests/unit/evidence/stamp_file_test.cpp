#include "evidence/stamp_file.hpp"

#include "core/merkle.hpp"
#include "tests/support/time_authority.hpp"

#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

const auto digest = Sha256::of(as_bytes("datapackage.json"));

// A stamp over the digest and four others.
StampFile stamped(const test::TimeAuthority& authority)
{
    std::vector<Sha256> leaves;
    for (const auto* other : {"a", "b", "c", "d"})
        leaves.push_back(merkle::leaf_hash(Sha256::of(as_bytes(other)).bytes));
    leaves.insert(leaves.begin() + 2, merkle::leaf_hash(digest.bytes));
    const auto root = merkle::root_of(leaves);
    const auto reply = authority.reply(net::make_time_stamp_query(root).der);
    return {digest, {{"http://time.example/", root, 2, 5, merkle::prove_inclusion(leaves, 2), reply}}};
}

TEST(StampFile, IsReadAsItWasWrittenAndHolds)
{
    const test::TimeAuthority authority;
    const auto file = stamped(authority);
    const auto read = read_stamp_file(render_stamp_file(file));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, file);
    const auto checked = check_stamps(*read, digest, authority.roots());
    ASSERT_TRUE(checked) << checked.error().detail;
    ASSERT_EQ(checked->size(), 1U);
    EXPECT_EQ(checked->front().stamp.authority, "CN=Example Time");
}

TEST(StampFile, WhatDoesNotHoldIsNamed)
{
    const test::TimeAuthority authority;
    const auto file = stamped(authority);
    const auto fault = [&authority](const StampFile& changed, const Sha256& of) {
        return check_stamps(changed, of, authority.roots()).error().detail;
    };
    EXPECT_EQ(fault(file, Sha256::of(as_bytes("x"))), "stamp file: is of another package");
    EXPECT_EQ(fault({digest, {}}, digest), "stamp file: holds no stamp");
    auto moved = file;
    moved.stamps[0].index = 1;
    EXPECT_EQ(fault(moved, digest),
              "time stamp of http://time.example/: its proof does not lead from the package to "
              "what was stamped");
    auto other = file; // a tree that nobody stamped
    other.stamps[0] = {"http://time.example/", merkle::leaf_hash(digest.bytes), 0, 1, {},
                       file.stamps[0].reply};
    EXPECT_EQ(fault(other, digest),
              "time stamp of http://time.example/: time stamp: message imprint mismatch");
}

TEST(StampFile, EachChangedByteIsNoticedOrTellsTheSameTime)
{
    const test::TimeAuthority authority;
    const auto file = stamped(authority);
    const auto text = render_stamp_file(file);
    const auto honest = check_stamps(file, digest, authority.roots()).value().front().stamp.at;
    // Of the reply certificates that nobody needs may change, since no signature is over them, and the
    // address that was asked is only told: who signed stands in the reply.
    const auto address = text.find("http:");
    const auto address_end = text.find('"', address);
    const auto reply = text.find("\"reply\": \"");
    const auto reply_end = text.find('"', reply + 10);
    ASSERT_NE(reply, std::string::npos);
    for (std::size_t i = 0; i < text.size(); i += 7) {
        auto changed = text;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        const auto read = read_stamp_file(changed);
        const auto checked = read ? check_stamps(*read, digest, authority.roots()) : read.error();
        if (!checked) continue;
        EXPECT_EQ(checked->front().stamp.at, honest) << i;
        EXPECT_TRUE((i > reply && i < reply_end) || (i >= address && i < address_end)) << text.substr(i, 20);
    }
}

TEST(StampFile, OtherTextsAreMalformed)
{
    for (const auto* text : {"", "{}", "[]", "{\"format\":\"stillwatch-stamp-1\"}"})
        EXPECT_EQ(read_stamp_file(text).error().code, Errc::malformed) << text;
}

} // namespace
} // namespace stillwatch::evidence
