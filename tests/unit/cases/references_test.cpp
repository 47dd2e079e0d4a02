#include "cases/references.hpp"

#include "cases/case_book.hpp"
#include "matcher/video_reference.hpp"
#include "tests/support/sample_features.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory_resource>

namespace stillwatch::cases {
namespace {

using test::actor;
using test::at;
using testing::HasSubstr;

PictureFeatures features(std::uint64_t seed)
{
    return test::sample_features(seed, Detail::reference);
}

// Verdicts on what needs no second look at the picture.
std::vector<Match> compare(const matcher::ReferenceSet& set, const PictureFeatures& picture)
{
    return set.judge(set.shortlist(picture), {});
}

class ReferencesTest : public testing::Test {
protected:
    Case open(std::int64_t given = 0, std::int64_t expires = 86'400)
    {
        auto consent = test::sample_consent();
        consent.given_at = at(given);
        consent.expires_at = at(expires);
        return book.open(consent, ApprovalRule::one_person, actor(given)).value();
    }
    ReferenceId enrol(const Case& c, std::uint64_t seed, const std::string& name = "R-01")
    {
        return add(c, name, seal_reference(c.public_key, c.pseudonym, features(seed)).value().bytes);
    }
    ReferenceId add(const Case& c, const std::string& name, Bytes sealed)
    {
        Reference draft;
        draft.name = name;
        draft.sealed = std::move(sealed);
        draft.extractor_version = extractor_version;
        return book.enrol(c.pseudonym, draft, store::Actor{"anna", c.consent.given_at}).value();
    }
    struct Loaded {
        std::shared_ptr<const matcher::ReferenceSet> set;
        std::vector<RefusedReference> refused;
        std::optional<Timestamp> next_change;
    };
    Loaded load(std::int64_t seconds = 10) { return load_with(installation, seconds); }
    Loaded load_with(const vault::KeyPair& key, std::int64_t seconds = 10)
    {
        const auto plan = plan_references(database, ConsentTime(at(seconds), database.time_seen()), {});
        auto opened = open_references(plan, key, memory);
        auto set = std::make_shared<const matcher::ReferenceSet>(std::move(opened.references),
                                                                 database.generation(), memory);
        std::erase_if(opened.refused, [](const auto& refused) { return refused.name.empty(); });
        return {std::move(set), std::move(opened.refused), plan.next_change};
    }

    test::TemporaryDirectory directory;
    std::pmr::unsynchronized_pool_resource memory;
    vault::KeyPair installation = vault::make_key_pair();
    store::CaseDatabase database{directory / "cases.db"};
    CaseBook book{database, installation.public_key};
};

TEST_F(ReferencesTest, NoCasesMakeAnEmptySet)
{
    const auto loaded = load();
    ASSERT_TRUE(loaded.set);
    EXPECT_EQ(loaded.set->size(), 0U);
    EXPECT_EQ(loaded.set->generation(), 0);
    EXPECT_FALSE(loaded.next_change);
}

TEST_F(ReferencesTest, WhatWasSealedIsFoundAgain)
{
    const auto c = open();
    const auto id = enrol(c, 1);
    (void)enrol(c, 2, "R-02");
    const auto loaded = load();
    EXPECT_TRUE(loaded.refused.empty());
    ASSERT_EQ(loaded.set->size(), 2U);
    EXPECT_EQ(loaded.set->generation(), database.generation());
    const auto query = features(1);
    const auto matches = compare(*loaded.set, query);
    ASSERT_EQ(matches.size(), 1U);
    EXPECT_EQ(matches[0].reference, id);
    EXPECT_EQ(matches[0].case_id, c.id);
    EXPECT_EQ(matches[0].tier, Tier::exact);
    const auto other = features(3);
    EXPECT_TRUE(compare(*loaded.set, other).empty());
}

TEST_F(ReferencesTest, WhatAnotherMachineSealedForTheKeyIsFoundAgain)
{
    const auto c = open();
    const auto sealed = seal_reference(c.public_key, features(1)).value();
    const auto line = write_sealed(c.public_key, sealed);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto read = read_sealed(line, c.public_key).value();
    EXPECT_EQ(read.bytes, sealed.bytes);
    EXPECT_EQ(read.quality_percent, sealed.quality_percent);
    const auto id = add(c, "R-01", read.bytes);
    const auto matches = compare(*load().set, features(1));
    ASSERT_EQ(matches.size(), 1U);
    EXPECT_EQ(matches[0].reference, id);
}

TEST_F(ReferencesTest, WhatIsNotSealedForThisCaseIsRefused)
{
    const auto c = open();
    const auto other = open();
    const auto line = write_sealed(other.public_key, seal_reference(other.public_key, features(1)).value());
    EXPECT_EQ(read_sealed(line, c.public_key).error().code, Errc::refused);
    auto older = write_sealed(c.public_key, seal_reference(c.public_key, features(1)).value());
    const std::string version = "\"extractor_version\":" + std::to_string(extractor_version);
    older.replace(older.find(version), version.size(), "\"extractor_version\":1");
    EXPECT_EQ(read_sealed(older, c.public_key).error().code, Errc::refused);
    for (const auto* text : {"", "{}", "[]", "x", R"({"format":"stillwatch sealed reference 1"})"})
        EXPECT_EQ(read_sealed(text, c.public_key).error().code, Errc::malformed) << text;
    // A stolen line in another case's place opens with no key but its own.
    (void)add(c, "R-01", seal_reference(other.public_key, features(1)).value().bytes);
    EXPECT_EQ(load().refused.size(), 1U);
}

TEST_F(ReferencesTest, PeopleAreToldHowGoodAReferenceIs)
{
    const auto c = open();
    auto detailed = features(1); // and photographed
    detailed.local[0].features.resize(600);
    for (auto& tile : detailed.sign_grid[0].tiles)
        tile.is_graphic = false;
    const auto good = seal_reference(c.public_key, c.pseudonym, detailed).value();
    EXPECT_EQ(good.quality_percent, 90);
    EXPECT_FALSE(good.weak);
    auto poor = detailed;
    for (auto& frame : poor.frames)
        frame.quality_percent = 3;
    const auto weak = seal_reference(c.public_key, c.pseudonym, poor).value();
    EXPECT_EQ(weak.quality_percent, 3);
    EXPECT_TRUE(weak.weak);
    EXPECT_NE(weak.weak_reason, "");
}

TEST_F(ReferencesTest, SealingNeedsTheKeyOfACase)
{
    const auto refused = seal_reference(to_bytes("short"), "C-7F3K", features(1));
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
}

TEST_F(ReferencesTest, SealedRecordsShowNothing)
{
    const auto c = open();
    const auto sealed = seal_reference(c.public_key, c.pseudonym, features(1)).value();
    const auto clear =
        matcher::encode_reference(matcher::make_reference_record(features(1).file_digest, features(1)));
    const std::string_view fingerprints = as_text(clear).substr(100, 64);
    EXPECT_EQ(as_text(sealed.bytes).find(fingerprints), std::string_view::npos);
}

TEST_F(ReferencesTest, ExpiredAndComingConsentsAreLeftOut)
{
    const auto valid = open(0, 100);
    const auto short_lived = open(0, 50);
    (void)enrol(valid, 1);
    (void)enrol(short_lived, 2);
    EXPECT_EQ(load(49).set->size(), 2U);
    EXPECT_EQ(load(50).set->size(), 1U);
    EXPECT_EQ(load(100).set->size(), 0U);
    EXPECT_EQ(load(-1).set->size(), 0U);
    EXPECT_TRUE(load(50).refused.empty());
}

TEST_F(ReferencesTest, WithdrawnCasesAreLeftOut)
{
    const auto c = open();
    const auto other = open();
    (void)enrol(c, 1);
    const auto kept = enrol(other, 2);
    ASSERT_TRUE(book.withdraw(c.pseudonym, actor(5)).has_value());
    const auto loaded = load();
    ASSERT_EQ(loaded.set->size(), 1U);
    const auto query = features(2);
    EXPECT_EQ(compare(*loaded.set, query).at(0).reference, kept);
    EXPECT_EQ(loaded.next_change, at(86'400));
}

TEST_F(ReferencesTest, TheNextChangeIsTheFirstBeginOrEndAhead)
{
    (void)open(0, 100);
    (void)open(40, 200);
    EXPECT_EQ(load(-5).next_change, at(0));
    EXPECT_EQ(load(0).next_change, at(40));
    EXPECT_EQ(load(40).next_change, at(100));
    EXPECT_EQ(load(100).next_change, at(200));
    EXPECT_FALSE(load(200).next_change);
}

TEST_F(ReferencesTest, ARecordOfAnotherExtractorAsksForThePictureAgain)
{
    const auto c = open();
    auto record = matcher::make_reference_record(features(1).file_digest, features(1));
    record.extractor_version = extractor_version + 1;
    vault::PublicKey key;
    std::ranges::copy(c.public_key, key.bytes.begin());
    (void)add(c, "R-old", vault::seal(key, "reference " + c.pseudonym, matcher::encode_reference(record)));
    (void)enrol(c, 2, "R-new");
    const auto loaded = load();
    EXPECT_EQ(loaded.set->size(), 1U);
    ASSERT_EQ(loaded.refused.size(), 1U);
    EXPECT_EQ(loaded.refused[0].pseudonym, c.pseudonym);
    EXPECT_EQ(loaded.refused[0].name, "R-old");
    EXPECT_EQ(loaded.refused[0].reason.code, Errc::refused);
    EXPECT_THAT(loaded.refused[0].reason.detail, HasSubstr("enrol the picture again"));
}

TEST_F(ReferencesTest, ARecordInAnotherCasesPlaceDoesNotOpen)
{
    const auto a = open();
    const auto b = open();
    (void)add(a, "R-01", seal_reference(b.public_key, b.pseudonym, features(1)).value().bytes);
    (void)add(b, "R-01", seal_reference(a.public_key, a.pseudonym, features(2)).value().bytes);
    const auto loaded = load();
    EXPECT_EQ(loaded.set->size(), 0U);
    ASSERT_EQ(loaded.refused.size(), 2U);
    for (const auto& refused : loaded.refused)
        EXPECT_EQ(refused.reason.code, Errc::corrupt);
}

// Even one who may write the database and knows the other case's public key cannot move a record.
TEST_F(ReferencesTest, ARecordIsBoundToItsPseudonym)
{
    const auto a = open();
    (void)add(a, "R-01", seal_reference(a.public_key, "C-0000", features(1)).value().bytes);
    EXPECT_EQ(load().set->size(), 0U);
    EXPECT_EQ(load().refused.at(0).reason.code, Errc::corrupt);
}

TEST_F(ReferencesTest, ADamagedRecordLeavesTheOthers)
{
    const auto c = open();
    auto sealed = seal_reference(c.public_key, c.pseudonym, features(1)).value().bytes;
    sealed[sealed.size() / 2] ^= std::byte{1};
    (void)add(c, "R-01", std::move(sealed));
    (void)enrol(c, 2, "R-02");
    EXPECT_EQ(load().set->size(), 1U);
    EXPECT_EQ(load().refused.at(0).name, "R-01");
}

TEST_F(ReferencesTest, KeysOfAnotherInstallationOpenNothing)
{
    const auto c = open();
    (void)enrol(c, 1);
    const auto loaded = load_with(vault::make_key_pair());
    EXPECT_EQ(loaded.set->size(), 0U);
    ASSERT_EQ(loaded.refused.size(), 1U);
    EXPECT_EQ(loaded.refused[0].reason.code, Errc::corrupt);
}

TEST_F(ReferencesTest, AVideoIsOpenedOnlyWhereTheConsentCoversVideos)
{
    const auto film =
        matcher::make_video_record(Sha256::of(as_bytes("film")), {{0, features(1)}, {4'000, features(2)}});
    const auto pictures_only = open();
    auto consent = test::sample_consent();
    consent.scope = "pictures,videos";
    consent.given_at = at(0);
    consent.expires_at = at(86'400);
    const auto both = book.open(consent, ApprovalRule::one_person, actor(0)).value();
    const auto seal = [&](const Case& c) { return seal_reference(c.public_key, c.pseudonym, *film).value(); };
    (void)add(pictures_only, "R-01", seal(pictures_only).bytes);
    const auto opened = add(both, "R-01", seal(both).bytes);
    const auto loaded = load();
    ASSERT_EQ(loaded.set->size(), 1U);
    EXPECT_EQ(loaded.set->references().front()->reference, opened);
    EXPECT_EQ(loaded.set->references().front()->moments.size(), 2U);
    ASSERT_EQ(loaded.refused.size(), 1U);
    EXPECT_EQ(loaded.refused.front().pseudonym, pictures_only.pseudonym);
    EXPECT_THAT(loaded.refused.front().reason.detail, HasSubstr("does not cover"));
    // Whoever adds one is told at once.
    EXPECT_EQ(find_same_picture(database, installation, pictures_only, seal(pictures_only).bytes, memory)
                  .error()
                  .code,
              Errc::refused);
    EXPECT_EQ(find_same_picture(database, installation, both, seal(both).bytes, memory).value(), opened);
}

TEST_F(ReferencesTest, AVideoThatWasSealedElsewhereIsReadBack)
{
    auto consent = test::sample_consent();
    consent.scope = "pictures,videos";
    const auto c = book.open(consent, ApprovalRule::one_person, actor(0)).value();
    std::vector<matcher::ReferenceFrame> frames;
    for (std::uint64_t i = 0; i < matcher::EnrolledReference::max_moments; ++i) {
        auto one = features(i);
        one.local.front() = {640, 480, std::vector<LocalFeature>(600)};
        frames.push_back({static_cast<std::int64_t>(1'000 * i), std::move(one)});
    }
    const auto film = matcher::make_video_record(Sha256::of(as_bytes("film")), std::move(frames)).value();
    const auto sealed = seal_reference(c.public_key, film).value();
    const auto read = read_sealed(write_sealed(c.public_key, sealed), c.public_key);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(read->bytes, sealed.bytes);
}

} // namespace
} // namespace stillwatch::cases
