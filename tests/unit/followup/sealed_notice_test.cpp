#include "followup/sealed_notice.hpp"

#include "tests/support/store_samples.hpp"
#include "vault/case_key.hpp"

#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

TEST(SealedNotice, OpensForItsCaseAndNumberOnlyAndGoesWithTheKey)
{
    const auto installation = vault::make_key_pair();
    auto c = stillwatch::test::sample_case();
    const auto key = vault::make_case_key(installation.public_key, c.pseudonym);
    c.public_key.assign(key.public_key.bytes.begin(), key.public_key.bytes.end());
    c.sealed_secret_key = key.sealed_secret;
    const auto sealed = seal_notice(c, store::NoticeId{7}, "the text").value();
    EXPECT_EQ(open_notice(c, installation, store::NoticeId{7}, sealed).value(), "the text");
    EXPECT_EQ(open_notice(c, installation, store::NoticeId{8}, sealed).error().code, Errc::corrupt);
    EXPECT_EQ(seal_notice(c, store::NoticeId{7}, std::string(max_notice_bytes + 1, 'a')).error().code,
              Errc::too_large);
    c.public_key.clear();
    EXPECT_EQ(seal_notice(c, store::NoticeId{7}, "x").error().code, Errc::refused);
}

} // namespace
} // namespace stillwatch::followup
