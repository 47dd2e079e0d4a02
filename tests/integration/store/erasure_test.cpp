#include "crawler/frontier/url_frontier.hpp"
#include "store/case_database.hpp"
#include "tests/support/fault_disk.hpp"
#include "tests/support/files.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

struct Erasure : testing::Test {
    bool on_disk(std::string_view text) const
    {
        for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
            if (contains(read_file(entry.path()), as_bytes(text))) return true;
        return false;
    }
    TemporaryDirectory directory;
};

// Rows of two cases in turn and of uneven size, so that pages split and rows move: deleting alone leaves
// copies.
TEST_F(Erasure, NoByteOfAWithdrawnCaseStaysInAnyFile)
{
    const FaultDisk disk; // in memory: a thousand commits in no time
    CaseDatabase database(directory / "cases.db");
    const auto kept = database.open_case(sample_case(), actor()).value();
    const auto doomed = database.open_case(sample_case("C-2222"), actor()).value();
    const auto kept_reference = database.add_reference(sample_reference(kept), actor()).value();
    std::vector<ReferenceId> references;
    for (int i = 0; i < 30; ++i) {
        auto reference = sample_reference(doomed, "R-canary-" + std::to_string(i));
        reference.sealed = to_bytes(
            "canary-sealed-" + std::string(static_cast<std::size_t>(i * 337 % 9000), 's') + "-canary-end");
        references.push_back(database.add_reference(reference, actor()).value());
    }
    for (int i = 0; i < 1500; ++i) {
        const std::string page = "https://board.example/" +
                                 std::string(static_cast<std::size_t>(i * 53 % 600), 'p') + std::to_string(i);
        ASSERT_TRUE(database.record_finding(sample_finding(kept, kept_reference, page), {}, actor()));
        auto finding = sample_finding(
            doomed, references[static_cast<std::size_t>(i) % references.size()], page + "/canary-page",
            "https://img.board.example/canary-image/" + std::to_string(i * 7919 % 1000) + ".jpg");
        finding.evidence_file = "canary-evidence.age";
        ASSERT_TRUE(
            database.record_finding(finding, {sample_alert("canary-alert-" + std::to_string(i))}, actor()));
    }
    ASSERT_TRUE(disk.holds("canary"));
    ASSERT_TRUE(database.withdraw(doomed, actor()));
    EXPECT_FALSE(disk.holds("canary"));
    EXPECT_FALSE(disk.holds("sealed secret key of C-2222"));
    EXPECT_EQ(database.findings().size(), 1500u);
    EXPECT_EQ(database.integrity(), "ok");
}

TEST_F(Erasure, NoByteOfAWithdrawnCaseStaysInAFileOfTheSystem)
{
    CaseDatabase database(directory / "cases.db");
    const auto id = database.open_case(sample_case("C-2222"), actor()).value();
    const auto reference = database.add_reference(sample_reference(id), actor()).value();
    ASSERT_TRUE(database.record_finding(sample_finding(id, reference, "https://board.example/canary"),
                                        {sample_alert()}, actor()));
    ASSERT_TRUE(on_disk("canary"));
    ASSERT_TRUE(database.withdraw(id, actor()));
    EXPECT_FALSE(on_disk("canary"));
    EXPECT_FALSE(on_disk("sealed fingerprints"));
    EXPECT_FALSE(on_disk("sealed secret key"));
}

TEST_F(Erasure, NoByteOfARemovedReferenceStaysInAnyFile)
{
    CaseDatabase database(directory / "cases.db");
    const auto id = database.open_case(sample_case(), actor()).value();
    auto reference = sample_reference(id);
    reference.sealed = to_bytes("canary" + std::string(10'000, 'x') + "canary");
    const auto removed = database.add_reference(reference, actor()).value();
    ASSERT_TRUE(database.remove_reference(removed, actor()));
    EXPECT_FALSE(on_disk("canary"));
}

// Verdicts and addresses of many pictures, so that pages split and rows move: deleting alone leaves copies.
TEST_F(Erasure, NoDigestOfAForgottenMatchStaysAmongTheAddresses)
{
    const FaultDisk disk;
    crawler::UrlFrontier database(frontier_in_file(directory / "frontier.db"));
    ASSERT_TRUE(database.set_sites({sample_site()}));
    const auto content_of = [](int i) { return Sha256::of(as_bytes("picture " + std::to_string(i))); };
    const auto address_of = [](int i) {
        return url("https://board.example/" + std::string(static_cast<std::size_t>(i * 53 % 90), 'p') +
                   std::to_string(i) + ".jpg");
    };
    const auto holds = [&](int i) { return disk.holds(as_text(ByteView(content_of(i).bytes))); };
    std::vector<Discovered> links;
    for (int i = 0; i < 2000; ++i)
        links.push_back({address_of(i), LinkKind::image, Mechanism::img_src});
    const auto host = database.ready_hosts(at(0), 0).at(0).id;
    const auto start = database.claim(host, at(0), 0, at(60), 1).at(0);
    auto page = ended(start, Outcome::page, at(0));
    page.kind = LinkKind::page;
    page.discovered = links;
    ASSERT_TRUE(database.apply({page}));
    std::vector<Url> matched;
    std::vector<int> numbers;
    for (const auto& visit : database.claim(host, at(1), 0, at(60), 2000)) {
        auto seen = ended(visit, Outcome::compared, at(1), 3);
        const auto found =
            std::ranges::find_if(links, [&](const auto& link) { return link.url == visit.url; });
        const auto number = static_cast<int>(found - links.begin());
        const bool is_match = number % 5 == 0;
        seen.kind = LinkKind::image;
        seen.content = content_of(number);
        seen.verdict = Verdict{content_of(number), 3, 1, is_match, false};
        ASSERT_TRUE(database.apply({seen}));
        if (!is_match) continue;
        matched.push_back(visit.url);
        numbers.push_back(number);
    }
    ASSERT_GT(numbers.size(), 300U);
    ASSERT_TRUE(holds(numbers.front()));
    ASSERT_TRUE(database.forget_matches({}, matched));
    for (const auto number : numbers)
        EXPECT_FALSE(holds(number)) << number;
    EXPECT_TRUE(holds(1));
    EXPECT_EQ(database.integrity(), "ok");
}

} // namespace
} // namespace stillwatch::store
