#include "matcher/reference_codec.hpp"
#include "matcher/reference_set.hpp"

#include "comparing.hpp"

#include <gtest/gtest.h>

#include <optional>

// References of which others brought a hash and nothing else.
namespace stillwatch::matcher {
namespace {

using namespace test;
using namespace pictures::test;

struct Listed : testing::Test {
    Drawing drawing = scene(51, 320, 240);
    Bytes original = encode_jpeg(drawing);
    std::pmr::memory_resource* memory = std::pmr::new_delete_resource();

    static EnrolledReference listed(std::int64_t id, const ListedHash& hash)
    {
        EnrolledReference reference;
        reference.reference = {id};
        reference.case_id = {100 + id};
        reference.listed = hash;
        return reference;
    }
    static ListedHash hash_of(HashKind kind, ByteView bytes)
    {
        ListedHash hash{kind, {}};
        std::ranges::copy(bytes, hash.value.begin());
        return hash;
    }
    ListedHash pdq() const
    {
        const auto features = features::extract_features(original, {}, Detail::hashes).value();
        return ListedHash::from_hex(HashKind::pdq, features.frames.front().fingerprints.front().hex())
            .value();
    }
    std::shared_ptr<const ReferenceSet> set_of(std::vector<EnrolledReference> references) const
    {
        return std::make_shared<const ReferenceSet>(std::move(references), 7, *memory);
    }
    // What the file matches, with the digests that a worker is asked for.
    static std::vector<Match> matches(const ReferenceSet& set, const Bytes& file)
    {
        auto features = features::extract_features(file, {}, Detail::query).value();
        if (set.has_list_digests()) features.list_digests = ListDigests::of(file);
        return set.judge(set.shortlist(features), {});
    }
};

TEST_F(Listed, AFileIsFoundByEachOfItsDigestsAndSaysThatNobodyHasThePicture)
{
    const auto sha256 = Sha256::of(original);
    for (const auto& hash :
         {hash_of(HashKind::md5, md5_of(original)), hash_of(HashKind::sha1, sha1_of(original)),
          hash_of(HashKind::sha256, sha256.bytes)}) {
        const auto set = set_of({listed(1, hash)});
        const auto found = matches(*set, original);
        ASSERT_EQ(found.size(), 1U) << name_of(hash.kind);
        EXPECT_EQ(found[0].tier, Tier::exact);
        EXPECT_EQ(found[0].reference.value, 1);
        EXPECT_TRUE(found[0].hash_only);
        EXPECT_TRUE(matches(*set, encode_jpeg(drawing, JpegKind::colour, 30)).empty());
        EXPECT_EQ(set->has_list_digests(), hash.kind != HashKind::sha256);
        EXPECT_EQ(set->has_file(sha256), hash.kind == HashKind::sha256);
    }
}

TEST_F(Listed, ACopyIsNearAlsoTurnedAndAsANegative)
{
    const auto set = set_of({listed(1, pdq())});
    for (const auto& copy :
         {encode_jpeg(drawing, JpegKind::colour, 30), encode_png(resized(drawing, 200, 150))}) {
        const auto found = matches(*set, copy);
        ASSERT_EQ(found.size(), 1U);
        EXPECT_EQ(found[0].tier, Tier::near);
        EXPECT_EQ(found[0].status, MatchStatus::match);
        EXPECT_EQ(found[0].orientation, Orientation::original);
        EXPECT_LE(found[0].distance_bits, 31);
        EXPECT_TRUE(found[0].hash_only);
        EXPECT_FALSE(found[0].placement);
    }
    EXPECT_TRUE(matches(*set, encode_jpeg(scene(77, 320, 240))).empty());
    const auto features = features::extract_features(original, {}, Detail::query).value();
    auto turned = features;
    // The picture turned by a quarter: what was under rotate_90 is now as it stands.
    auto& fingerprints = turned.frames.front().fingerprints;
    std::swap(fingerprints[0], fingerprints[3]);
    auto found = set->judge(set->shortlist(turned), {});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].orientation, Orientation::rotate_90);
    auto negative = features;
    for (auto& fingerprint : negative.frames.front().fingerprints)
        fingerprint = inverted(fingerprint);
    found = set->judge(set->shortlist(negative), {});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].inverted);
}

TEST_F(Listed, TheyComeAndGoBesideReferencesThatWereRead)
{
    const auto read = enrolled(1, encode_jpeg(scene(60, 320, 240)));
    const auto before = set_of({read});
    std::vector<std::shared_ptr<const StoredReference>> references(before->references().begin(),
                                                                   before->references().end());
    const auto hash = std::make_shared<const StoredReference>(listed(2, pdq()), *memory);
    const auto digest =
        std::make_shared<const StoredReference>(listed(3, hash_of(HashKind::md5, md5_of(original))), *memory);
    references.push_back(hash);
    references.push_back(digest);
    const auto with = before->changed(references, 8, *memory);
    EXPECT_EQ(matches(*with, original).size(), 2U);
    EXPECT_TRUE(with->has_list_digests());
    references.pop_back();
    references.pop_back();
    const auto without = with->changed(references, 9, *memory);
    EXPECT_TRUE(matches(*without, original).empty());
    EXPECT_FALSE(without->has_list_digests());
    EXPECT_EQ(without->size(), 1U);
}

TEST_F(Listed, AFlatPictureIsNearNoHash)
{
    const auto set = set_of({listed(1, pdq())});
    auto features = features::extract_features(original, {}, Detail::query).value();
    for (auto& frame : features.frames)
        frame.quality_percent = 10;
    EXPECT_TRUE(set->judge(set->shortlist(features), {}).empty());
}

TEST_F(Listed, TheRecordIsReadAsItWasWritten)
{
    for (const auto& hash : {pdq(), hash_of(HashKind::sha1, sha1_of(original))}) {
        const auto bytes = encode_reference(make_reference_record(hash));
        const auto record = decode_reference(bytes);
        ASSERT_TRUE(record);
        EXPECT_EQ(record->listed, hash);
        EXPECT_FALSE(decode_reference(ByteView(bytes).first(bytes.size() - 1)));
        auto longer = bytes;
        longer.push_back({});
        EXPECT_FALSE(decode_reference(longer));
        auto unknown = bytes;
        unknown[4] = std::byte{9};
        EXPECT_FALSE(decode_reference(unknown));
    }
}

} // namespace
} // namespace stillwatch::matcher
