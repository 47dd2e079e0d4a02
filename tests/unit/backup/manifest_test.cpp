#include "backup/manifest.hpp"

#include <gtest/gtest.h>

namespace stillwatch::backup {
namespace {

Manifest sample()
{
    return {"2026-11-29T04:11:35.000Z",
            "0.1.0",
            "stillwatch",
            "00ff",
            "state-1",
            {{"cases.db", 4096, Sha256::of(as_bytes("cases"))},
             {"stillwatch.toml", 9, Sha256::of(as_bytes("toml"))}},
            7};
}

Result<Manifest> with(std::string_view from, std::string_view to)
{
    auto text = to_text(sample());
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return parse_manifest(text);
}

TEST(BackupManifest, ComesBackAsItWasWritten)
{
    EXPECT_EQ(parse_manifest(to_text(sample())).value(), sample());
}

TEST(BackupManifest, NamesNoPlaceOutsideItsFolder)
{
    EXPECT_FALSE(with("\"state-1\"", "\"../state-1\""));
    EXPECT_FALSE(with("\"state-1\"", "\"\""));
    EXPECT_FALSE(with("\"state-1\"", "\"..\""));
    EXPECT_FALSE(with("\"cases.db\"", "\"/etc/passwd\""));
    EXPECT_FALSE(with("\"stillwatch.toml\"", "\"a/b\""));
}

TEST(BackupManifest, OfANewerFormatSaysWhatToDo)
{
    const auto newer = with("\"format\":1", "\"format\":2");
    ASSERT_FALSE(newer);
    EXPECT_EQ(newer.error().code, Errc::refused);
    EXPECT_NE(newer.error().detail.find("newer program"), std::string::npos);
}

TEST(BackupManifest, WithoutADatabaseOfCasesIsNone)
{
    EXPECT_FALSE(with("\"cases.db\"", "\"other.db\""));
    EXPECT_FALSE(parse_manifest("{}"));
    EXPECT_FALSE(parse_manifest("[]"));
    EXPECT_FALSE(parse_manifest("no JSON"));
}

} // namespace
} // namespace stillwatch::backup
