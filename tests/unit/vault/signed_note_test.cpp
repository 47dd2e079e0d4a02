#include "vault/signed_note.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::vault {
namespace {

constexpr std::string_view text = "example.org/log\n7\nroot\n";

TEST(SignedNote, WhatWasSignedIsOpened)
{
    const auto key = SigningKey::generate();
    const auto note = sign_note("example.org/log", key, text);
    EXPECT_THAT(note, testing::StartsWith(std::string(text)));
    EXPECT_THAT(note.substr(text.size()), testing::StartsWith("\n\xE2\x80\x94 example.org/log "));
    EXPECT_EQ(open_note(note, "example.org/log", key.verify_key()).value(), text);
}

TEST(SignedNote, AnotherKeyNameOrTextIsRefused)
{
    const auto key = SigningKey::generate();
    const auto note = sign_note("a", key, text);
    EXPECT_EQ(open_note(note, "b", key.verify_key()).error().code, Errc::refused);
    EXPECT_EQ(open_note(note, "a", SigningKey::generate().verify_key()).error().code, Errc::refused);
    for (std::size_t i = 0; i < note.size(); ++i) {
        auto changed = note;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(open_note(changed, "a", key.verify_key())) << i;
        EXPECT_FALSE(open_note(note.substr(0, i), "a", key.verify_key())) << i;
    }
}

TEST(SignedNote, SignaturesOfOthersMayStandBesideOurs)
{
    const auto ours = SigningKey::generate();
    const auto note = sign_note("a", ours, text);
    const auto other = sign_note("witness", SigningKey::generate(), text);
    const auto line = other.substr(text.size() + 1);
    EXPECT_TRUE(open_note(note + line, "a", ours.verify_key()));
    EXPECT_FALSE(open_note(note + "no signature\n", "a", ours.verify_key()));
}

// The note and the verifier key in the documentation of Go's package golang.org/x/mod/sumdb/note.
TEST(SignedNote, NotesOfOtherProgramsAreOpened)
{
    const std::string named = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const auto typed = from_base64(named.substr(named.rfind('+') + 1)).value();
    VerifyKey key;
    ASSERT_EQ(typed.size(), key.bytes.size() + 1);
    std::copy(typed.begin() + 1, typed.end(), key.bytes.begin());
    EXPECT_EQ(note_verifier("PeterNeumann", key), named);
    const std::string said = "If you think cryptography is the answer to your problem,\n"
                             "then you don't know what your problem is.\n";
    std::string note = said;
    note += "\n\xE2\x80\x94 PeterNeumann ";
    note += "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    EXPECT_EQ(open_note(note, "PeterNeumann", key).value(), said);
}

} // namespace
} // namespace stillwatch::vault
