#include "matcher/reference_set.hpp"
#include "tests/support/sample_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace stillwatch::matcher {
namespace {

auto& memory = *std::pmr::new_delete_resource();

using Shared = std::shared_ptr<const StoredReference>;

// With so many features that changes share tables.
constexpr std::size_t features_a_reference = 1000;

std::vector<LocalFeature> random_features(std::mt19937_64& random)
{
    std::vector<LocalFeature> features(features_a_reference);
    for (auto& feature : features) {
        for (auto& word : feature.descriptor.words)
            word = random();
        feature.x = static_cast<std::uint16_t>(random() % (640 * LocalFeature::units_per_px));
        feature.y = static_cast<std::uint16_t>(random() % (480 * LocalFeature::units_per_px));
    }
    return features;
}

PictureFeatures features_of(std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    auto features = test::sample_features(seed, Detail::reference);
    features.local[0].features = random_features(random);
    // Some of what many pictures show: runs that grow too long, and equals whose order decides.
    std::mt19937_64 common(seed % 5);
    for (std::size_t i = 0; i < 40; ++i)
        for (auto& word : features.local[0].features[i].descriptor.words)
            word = common();
    if (seed % 7 == 0) features.frames[1] = test::sample_features(3, Detail::reference).frames[1];
    return features;
}

// Some are videos, of so many frames that they take several places in the tables.
Shared reference(std::int64_t id)
{
    auto features = features_of(static_cast<std::uint64_t>(id));
    std::vector<ReferenceMoment> moments;
    for (std::uint64_t frame = 0; id % 10 == 0 && frame < 30; ++frame) {
        moments.push_back({static_cast<std::int64_t>(1'000 * frame), features_a_reference});
        if (frame == 0) continue;
        auto further = features_of(1'000 * static_cast<std::uint64_t>(id) + frame);
        for (auto& fingerprints : further.frames) {
            fingerprints.number = static_cast<int>(frame);
            features.frames.push_back(fingerprints);
        }
        features.local.push_back(std::move(further.local[0]));
        features.sign_grid.push_back(std::move(further.sign_grid[0]));
    }
    EnrolledReference enrolled{ReferenceId{id}, CaseId{1 + id % 3}, features.file_digest,
                               features,        std::nullopt,       moments};
    return std::make_shared<const StoredReference>(enrolled, memory);
}

std::vector<LocalFeature> turned_a_little(std::vector<LocalFeature> features)
{
    for (std::size_t i = 0; i < features.size(); ++i)
        features[i].descriptor.words[3] ^= std::uint64_t{0x11} << (i % 60);
    return features;
}

// What a set finds in a copy of the picture of a seed.
std::vector<std::tuple<std::uint32_t, std::size_t, bool, bool, std::optional<int>, Orientation, int,
                       std::vector<std::uint32_t>>>
found(const ReferenceSet& set, std::uint64_t seed)
{
    auto copy = features_of(seed);
    copy.file_digest = copy.data_digest = Sha256::of(as_bytes("copy"));
    if (seed % 3 == 0) copy.file_digest = features_of(seed).file_digest;
    copy.local[0].features = turned_a_little(std::move(copy.local[0].features));
    copy.frames[0].fingerprints[0].words[0] ^= 0xff;
    decltype(found(set, seed)) leads;
    for (const auto& lead : set.shortlist(copy).leads)
        leads.emplace_back(lead.reference, lead.reference_frame, lead.is_exact, lead.is_near,
                           lead.distance_bits, lead.orientation, lead.support, lead.features);
    return leads;
}

struct Changes : testing::Test {
    void SetUp() override
    {
        for (std::int64_t id = 1; id <= 75; ++id)
            here.emplace(id, reference(id));
        set = std::make_shared<const ReferenceSet>(all(), 1, memory);
    }
    std::vector<Shared> all() const
    {
        std::vector<Shared> list;
        for (const auto& [id, one] : here)
            list.push_back(one);
        return list;
    }
    void change() { set = set->changed(all(), set->generation() + 1, memory); }
    void expect_as_made_anew(std::uint64_t seed)
    {
        const ReferenceSet anew(all(), set->generation(), memory);
        EXPECT_EQ(set->size(), anew.size());
        for (const auto asked : {seed, seed + 1, seed + 40, std::uint64_t{7}, std::uint64_t{500}})
            EXPECT_EQ(found(*set, asked), found(anew, asked)) << asked;
    }

    std::map<std::int64_t, Shared> here;
    std::shared_ptr<const ReferenceSet> set;
};

TEST_F(Changes, FindWhatASetMadeAnewFinds)
{
    std::mt19937_64 random(17);
    std::int64_t next = 100;
    std::vector<Shared> away;
    for (int step = 0; step < 24; ++step) {
        for (std::uint64_t n = random() % 3; n-- > 0;) {
            auto one = std::next(here.begin(), static_cast<std::ptrdiff_t>(random() % here.size()));
            away.push_back(one->second);
            here.erase(one);
        }
        for (std::uint64_t n = random() % 3; n-- > 0; ++next)
            here.emplace(next, reference(next));
        if (step % 4 == 3 &&
            !away.empty()) { // a consent that was renewed: with a smaller number than the last
            here.emplace(away.back()->reference.value, away.back());
            away.pop_back();
        }
        change();
        expect_as_made_anew(random() % 100);
        if (step % 5 != 4) continue;
        const auto parts = set->features().parts();
        if (!parts) continue; // another length of keys: made anew by then
        set = set->over(FeatureIndex::merged(*parts, memory), memory);
        EXPECT_TRUE(set->features().is_merged());
        expect_as_made_anew(random() % 100);
    }
}

TEST_F(Changes, TablesThatWereMergedMeanwhileFitALaterSet)
{
    here.erase(3);
    here.emplace(200, reference(200));
    change();
    const auto parts = set->features().parts().value();
    here.erase(here.find(5));
    here.erase(here.find(200));
    here.emplace(201, reference(201));
    change();
    set = set->over(FeatureIndex::merged(parts, memory), memory);
    EXPECT_FALSE(set->features().is_merged());
    expect_as_made_anew(200);
    set = set->over(FeatureIndex::merged(set->features().parts().value(), memory), memory);
    EXPECT_TRUE(set->features().is_merged());
    expect_as_made_anew(201);
}

TEST_F(Changes, AllIsIndexedAnewUnlessItIsStopped)
{
    here.erase(3);
    change();
    std::atomic<bool> stop = true;
    EXPECT_FALSE(set->features().indexed_anew(memory, stop));
    stop = false;
    set = set->over(set->features().indexed_anew(memory, stop), memory);
    EXPECT_TRUE(set->features().is_merged());
    expect_as_made_anew(3);
}

TEST_F(Changes, ShareTheLargeTablesAndHoldNothingOfWhatLeft)
{
    const std::weak_ptr<const StoredReference> gone = here.at(9);
    const auto before = set->features().parts().value().large;
    here.erase(9);
    change();
    EXPECT_TRUE(gone.expired());
    const auto parts = set->features().parts().value();
    EXPECT_EQ(parts.large, before);
    EXPECT_FALSE(parts.small);
    EXPECT_FALSE(set->features().is_merged());
    const auto merged = FeatureIndex::merged(parts, memory);
    EXPECT_FALSE(merged->has(8 * PictureFeatures::max_frames));
    EXPECT_LT(merged->bytes(), before->bytes());
}

} // namespace
} // namespace stillwatch::matcher
