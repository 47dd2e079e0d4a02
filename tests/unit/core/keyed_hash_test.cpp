#include "core/keyed_hash.hpp"

#include <gtest/gtest.h>

namespace stillwatch {
namespace {

TEST(KeyedHash, AgreesWithTheReferenceVectors)
{
    Key128 key;
    for (std::size_t i = 0; i < key.size(); ++i)
        key[i] = static_cast<std::byte>(i);
    // First two of vectors_sip128 in the reference code: inputs "" and 00.
    EXPECT_EQ(to_hex(keyed_hash(key, {})), "a3817f04ba25a8e66df67214c7550293");
    const std::byte zero{};
    EXPECT_EQ(to_hex(keyed_hash(key, {&zero, 1})), "da87c1d86b99af44347659119b22fc45");
}

TEST(KeyedHash, AnotherKeyGivesAnotherHash)
{
    EXPECT_NE(keyed_hash(random_key(), as_bytes("/page")), keyed_hash(random_key(), as_bytes("/page")));
}

} // namespace
} // namespace stillwatch
