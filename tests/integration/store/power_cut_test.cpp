#include "crawler/frontier/url_frontier.hpp"
#include "store/case_database.hpp"
#include "tests/support/fault_disk.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace stillwatch::store {
namespace {

using namespace stillwatch::test;

// What callers were told had happened, before the power went.
struct Acknowledged {
    std::optional<CaseId> watched;
    std::optional<CaseId> withdrawn_later;
    std::vector<Url> findings;       // of the case that stays
    std::vector<std::string> alerts; // sent
    bool withdrawn = false;
};

constexpr const char* canary = "canary-of-a-sealed-reference";

// One finding after another, an alert leaves, a case is withdrawn. Stops at the first refusal.
void live(CaseDatabase& database, Acknowledged& done)
{
    const auto keep = [](auto& target, const auto& result) {
        if (result) target = *result;
        return static_cast<bool>(result);
    };
    if (!keep(done.watched, database.open_case(sample_case(), actor()))) return;
    if (!keep(done.withdrawn_later, database.open_case(sample_case("C-2222"), actor()))) return;
    const auto reference = database.add_reference(sample_reference(*done.watched), actor());
    if (!reference) return;
    auto doomed = sample_reference(*done.withdrawn_later);
    doomed.sealed = to_bytes(canary + std::string(9000, 'x') + canary);
    const auto doomed_reference = database.add_reference(doomed, actor());
    if (!doomed_reference) return;
    for (int page = 1; page <= 3; ++page) {
        const auto finding =
            sample_finding(*done.watched, *reference, "https://board.example/t/" + std::to_string(page));
        if (!database.record_finding(finding, {sample_alert("alert-" + std::to_string(page))}, actor(page)))
            return;
        done.findings.push_back(finding.page_url);
        const auto lost = sample_finding(*done.withdrawn_later, *doomed_reference,
                                         "https://board.example/secret-canary/" + std::to_string(page));
        if (!database.record_finding(lost, {sample_alert("doomed-" + std::to_string(page))}, actor(page)))
            return;
        const auto due = database.due_alerts(at(100), 1);
        if (due.empty() || !database.alert_sent(due[0].id, at(page))) return;
        done.alerts.push_back(due[0].alert_id);
    }
    if (!database.withdraw(*done.withdrawn_later, actor(50))) return;
    done.withdrawn = true;
    const auto last = sample_finding(*done.watched, *reference, "https://board.example/t/9");
    if (!database.record_finding(last, {}, actor(60))) return;
    done.findings.push_back(last.page_url);
}

void expect_kept(const CaseDatabase& database, const Acknowledged& done, const FaultDisk& disk)
{
    EXPECT_EQ(database.integrity(), "ok");
    EXPECT_FALSE(database.first_broken_audit_line());
    if (done.watched) {
        EXPECT_TRUE(database.find_case("C-7F3K"));
    }
    const auto findings = database.findings();
    for (const auto& page : done.findings)
        EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [&](const Finding& each) {
            return each.page_url == page;
        })) << page.text();
    const auto alerts = database.alerts(100);
    for (const auto& id : done.alerts) {
        const auto row = std::find_if(alerts.begin(), alerts.end(),
                                      [&](const OutboxRow& each) { return each.alert_id == id; });
        const bool erased = id.starts_with("doomed") && row == alerts.end();
        EXPECT_TRUE(erased || (row != alerts.end() && row->state == AlertState::sent)) << id;
    }
    const auto doomed = database.find_case("C-2222");
    if (done.withdrawn) {
        ASSERT_TRUE(doomed);
        EXPECT_EQ(doomed->state, CaseState::withdrawn);
    }
    if (!doomed) return;
    // Whole or gone, never a part of it; and once it is gone and the database is open, its bytes are too.
    if (doomed->state == CaseState::open) {
        EXPECT_FALSE(doomed->sealed_secret_key.empty());
        return;
    }
    EXPECT_TRUE(database.references_of(doomed->id).empty());
    EXPECT_TRUE(database.findings_of_case(doomed->id).empty());
    EXPECT_FALSE(disk.holds(canary));
    EXPECT_FALSE(disk.holds("secret-canary"));
    EXPECT_FALSE(disk.holds("sealed secret key of C-2222"));
}

// Lives until the power goes, in a world that ends there.
Acknowledged live_until_the_cut(const std::filesystem::path& file)
{
    Acknowledged done;
    try {
        CaseDatabase database(file);
        live(database, done);
    } catch (const std::runtime_error&) { // a read, or the opening itself, met the cut
    }
    return done;
}

void cut_at_every(std::int64_t stride, std::uint32_t seed)
{
    const TemporaryDirectory directory;
    std::int64_t operations = 0;
    {
        FaultDisk disk;
        const auto done = live_until_the_cut(directory / "cases.db");
        ASSERT_TRUE(done.withdrawn);
        ASSERT_EQ(done.findings.size(), 4u);
        operations = disk.operations();
    }
    ASSERT_GT(operations, 100);
    for (std::int64_t cut = 1; cut <= operations; cut += stride) {
        SCOPED_TRACE(testing::Message()
                     << "power cut before operation " << cut << " of " << operations << ", seed " << seed);
        FaultDisk disk;
        disk.cut_power_before(cut);
        const auto done = live_until_the_cut(directory / "cases.db");
        disk.restore_power(seed == 0 ? 0 : seed + static_cast<std::uint32_t>(cut));
        if (done.withdrawn) {
            EXPECT_FALSE(disk.holds(canary)); // even before anybody opens it again
        }
        const CaseDatabase reopened(directory / "cases.db");
        expect_kept(reopened, done, disk);
        if (testing::Test::HasFailure()) return;
    }
}

TEST(PowerCut, LosesNothingThatWasAcknowledgedWhenUnsyncedWritesAreDropped)
{
    cut_at_every(1, 0);
}

TEST(PowerCut, LosesNothingThatWasAcknowledgedWhenPartsOfUnsyncedWritesStay)
{
    for (const std::uint32_t seed : {1000U, 20'000U})
        cut_at_every(2, seed);
}

// The frontier may lose its last commits; it opens, and what it holds is sound.
TEST(PowerCut, LeavesAFrontierThatOpensAndGoesOn)
{
    const TemporaryDirectory directory;
    const auto crawl = [&] {
        try {
            crawler::UrlFrontier database(frontier_in_file(directory / "frontier.db"));
            if (!database.set_sites({sample_site()})) return;
            for (int round = 0; round < 20; ++round)
                for (const auto& host : database.ready_hosts(at(round), 1)) {
                    std::vector<VisitResult> results;
                    for (const auto& visit : database.claim(host.id, at(round), 1, at(round + 60), 10)) {
                        auto result = ended(visit, Outcome::page, at(round));
                        for (int link = 0; link < 10; ++link)
                            result.discovered.push_back(page_link(visit.url.text() + std::to_string(link)));
                        results.push_back(std::move(result));
                    }
                    if (!database.apply(results)) return;
                }
        } catch (const std::runtime_error&) { // a claim or the opening met the cut
        }
    };
    std::int64_t operations = 0;
    {
        FaultDisk disk;
        crawl();
        operations = disk.operations();
    }
    ASSERT_GT(operations, 100);
    for (std::int64_t cut = 1; cut <= operations; cut += 11) {
        SCOPED_TRACE(testing::Message() << "power cut before operation " << cut << " of " << operations);
        FaultDisk disk;
        disk.cut_power_before(cut);
        crawl();
        disk.restore_power(cut % 2 == 0 ? 0 : static_cast<std::uint32_t>(cut));
        crawler::UrlFrontier reopened(frontier_in_file(directory / "frontier.db"));
        EXPECT_EQ(reopened.integrity(), "ok");
        ASSERT_TRUE(reopened.release_leases());
        ASSERT_TRUE(reopened.set_sites({sample_site()}));
        EXPECT_FALSE(reopened.ready_hosts(at(100), 1).empty());
        if (testing::Test::HasFailure()) return;
    }
}

} // namespace
} // namespace stillwatch::store
