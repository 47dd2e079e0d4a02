#include "cases/notes.hpp"
#include "vault/case_key.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::cases {
namespace {

struct Notes : testing::Test {
    Notes()
    {
        const auto key = vault::make_case_key(installation.public_key, c.pseudonym);
        c.public_key.assign(key.public_key.bytes.begin(), key.public_key.bytes.end());
        c.sealed_secret_key = key.sealed_secret;
    }
    static Case named(const std::string& pseudonym)
    {
        Case one;
        one.pseudonym = pseudonym;
        return one;
    }
    vault::KeyPair installation = vault::make_key_pair();
    Case c = named("C-7F3K");
};

TEST_F(Notes, OpenWithTheKeyOfTheirCaseAndForTheirFindingOnly)
{
    const std::string text = "she knows who it is";
    const auto sealed = seal_note(c, FindingId{3}, text).value();
    EXPECT_EQ(as_text(sealed).find("knows"), std::string_view::npos);
    EXPECT_EQ(open_note(c, installation, FindingId{3}, sealed).value(), text);
    EXPECT_EQ(open_note(c, installation, FindingId{4}, sealed).error().code, Errc::corrupt);
    EXPECT_FALSE(open_note(c, vault::make_key_pair(), FindingId{3}, sealed));
}

TEST_F(Notes, AreRefusedWhereTheyAreEmptyTooLongOrTheKeyIsGone)
{
    EXPECT_EQ(seal_note(c, FindingId{1}, "").error().code, Errc::invalid_argument);
    std::string longer(max_note_bytes + 1, 'a');
    EXPECT_EQ(seal_note(c, FindingId{1}, longer).error().code, Errc::invalid_argument);
    c.public_key.clear();
    EXPECT_EQ(seal_note(c, FindingId{1}, "late").error().code, Errc::refused);
}

} // namespace
} // namespace stillwatch::cases
