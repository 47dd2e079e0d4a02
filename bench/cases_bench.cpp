#include "bench/outbox_rate.hpp"
#include "control/commands.hpp"
#include "store/sqlite/sqlite_handle.hpp"
#include "vault/seal.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <unistd.h>
#include <vector>

// What work on findings costs where there are many: 100 cases with ten references each, their findings on a
// thousand hosts, ten places a finding, two delivered alerts a finding.
// Ends with 1 where a target is missed. Usage: bench_cases [findings, default 100000] [directory, default a
// temporary one]
namespace {

using namespace stillwatch;
using store::CaseDatabase;

constexpr int cases = 100;
constexpr int references_of_a_case = 10;
constexpr int places = 10; // of a finding

Timestamp moment(std::int64_t seconds)
{
    return Timestamp{std::chrono::seconds{1'790'000'000 + seconds}};
}

class StandingClock final : public Clock {
public:
    Timestamp now() const override { return moment(400'000); }
};

bool all_met = true;

void print(const char* what, double milliseconds, double target)
{
    all_met = all_met && milliseconds <= target;
    fmt::print("{:<54} {:>9.2f} ms   target {:>6.0f} ms   {}\n", what, milliseconds, target,
               milliseconds <= target ? "met" : "MISSED");
}

double milliseconds_of(const std::function<void()>& work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// Of five runs the one in the middle.
double usual(const std::function<void()>& work)
{
    std::vector<double> runs;
    for (int i = 0; i < 5; ++i)
        runs.push_back(milliseconds_of(work));
    std::ranges::sort(runs);
    return runs[2];
}

// Cases and references by the program; findings by SQL, since 100 000 synced transactions take minutes.
void fill(const std::filesystem::path& file, std::int64_t findings)
{
    {
        CaseDatabase database(file);
        for (int i = 0; i < cases; ++i) {
            Case draft;
            draft.pseudonym = fmt::format("C-{:04}", i);
            draft.opened_at = moment(0);
            draft.consent = {"pictures",
                             "the person",
                             "anna",
                             "ben",
                             "1",
                             moment(0),
                             moment(30'000'000),
                             Approval::second_person,
                             moment(0)};
            draft.public_key = Bytes(32);
            draft.sealed_secret_key = Bytes(80);
            const auto id = database.open_case(draft, {"anna", moment(0)}).value();
            for (int k = 0; k < references_of_a_case; ++k) {
                Reference reference;
                reference.case_id = id;
                reference.name = fmt::format("R-{:02}", k);
                reference.sealed = Bytes(40'000);
                reference.extractor_version = 1;
                reference.quality_percent = 90;
                (void)database.add_reference(reference, {"anna", moment(0)}).value();
            }
        }
    }
    store::Connection connection(file, {.sync_every_commit = false, .cache_kib = 65'536});
    connection.execute("BEGIN");
    connection.execute(fmt::format(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {0}) "
        "INSERT INTO finding (case_id, reference, reference_name, site, host, tier, relation, score, "
        "distance_bits, orientation, inverted, inliers, state, epoch, first_seen, last_seen, alert_id, "
        "first, "
        "best, occurrences, left_out, sightings, assigned) SELECT i % {1} + 1, (i % {1}) * {2} + (i / {1}) % "
        "{2} + 1, 'R', 'site' || (i % 50), 'host' || (i / 7 % 1000) || '.example', CASE i % 3 WHEN 0 THEN "
        "'exact' WHEN 1 THEN 'near' ELSE 'derived' END, 'copy', 0.9, 3, 'original', 0, 0, CASE WHEN i % 10 < "
        "6 THEN 'new' WHEN i % 10 < 8 THEN 'confirmed' ELSE 'noticed' END, 1, {3} + i * 1000, {3} + i * "
        "1000, "
        "'alt_' || i, i * {4} + 1, i * {4} + 1, {4}, 0, {4}, CASE i % 997 WHEN 0 THEN 'anna' ELSE '' END "
        "FROM "
        "n",
        findings, cases, references_of_a_case, moment(0).time_since_epoch().count(), places));
    connection.execute(fmt::format(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {0}) "
        "INSERT INTO occurrence (finding_id, page_url, image_url, content, fingerprint, pixels, tier, "
        "relation, "
        "score, distance_bits, orientation, inverted, inliers, page_state, evidence, evidence_file, "
        "evidence_digest, first_seen, last_seen, sightings, look_due) SELECT i / {1} + 1, 'https://host' || "
        "(i "
        "/ {1} / 7 % 1000) || '.example/thread/' || i, 'https://img.example/full/' || i || '.jpg', "
        "randomblob(32), randomblob(32), 1000 - i % {1}, 'near', 'copy', 0.9, 3, 'original', 0, 0, 'named', "
        "'stored', 'C-' || i || '.tar.age', randomblob(32), {2} + i * 100, {2} + i * 100, 1, {2} + "
        "86400000000 FROM n",
        findings * places, places, moment(0).time_since_epoch().count()));
    for (const auto* channel : {"desk", "hook"})
        connection.execute(fmt::format(
            "INSERT INTO outbox (alert_id, channel, event, case_id, finding_id, state, attempts, created_at, "
            "next_attempt_at, sent_at) SELECT alert_id, '{}', '{{\"type\":\"match.opened\"}}', case_id, id, "
            "'sent', 1, first_seen, first_seen, first_seen FROM finding",
            channel));
    connection.execute("COMMIT");
    connection.execute("PRAGMA analysis_limit=400; ANALYZE");
}

Finding another(std::int64_t number)
{
    const CaseId case_id{number % cases + 1};
    const ReferenceId reference{(number % cases) * references_of_a_case + 1};
    Match match;
    match.case_id = case_id;
    match.reference = reference;
    match.status = MatchStatus::match;
    Finding finding{{},
                    case_id,
                    reference,
                    Url::parse(fmt::format("https://new{}.example/t/{}", number % 300, number)).value(),
                    Url::parse(fmt::format("https://new.example/{}.jpg", number)).value(),
                    Sha256::of(as_bytes(std::to_string(number))),
                    match};
    finding.fingerprint.emplace();
    for (auto& word : finding.fingerprint->words)
        word = static_cast<std::uint64_t>(number + 1) * 6'364'136'223'846'793'005U;
    finding.first_seen = finding.last_seen = moment(500'000 + number);
    finding.evidence = EvidenceState::none;
    finding.site = "site1";
    finding.alert_id = fmt::format("alt_new{}", number);
    return finding;
}

} // namespace

int main(int argc, char** argv)
{
    const std::int64_t findings = argc > 1 ? std::atoll(argv[1]) : 100'000;
    const std::filesystem::path directory =
        argc > 2 ? std::filesystem::path(argv[2])
                 : std::filesystem::temp_directory_path() / fmt::format("bench_cases-{}", ::getpid());
    std::filesystem::create_directories(directory);
    const auto file = directory / "cases.db";
    fill(file, findings);
    constexpr int alerts_sent = 2'000;
    queue_alerts(file, alerts_sent);
    fmt::print("{} findings, {} places, {} MiB\n", findings, findings * places,
               std::filesystem::file_size(file) >> 20U);
    {
        CaseDatabase database(file);
        crawler::UrlFrontier frontier(store::frontier_in_file(directory / "frontier.db"));
        const StandingClock clock;
        control::CommandSettings settings;
        settings.channels = {"desk", "hook"};
        control::Commands commands(database, frontier, vault::make_key_pair().public_key, settings, clock);
        const auto ask = [&](const char* name, json::object arguments) {
            return commands.run({name, std::move(arguments)}, {"root", true}).value().result;
        };
        const auto list = [&](const char* what, json::object arguments) {
            arguments["places"] = false;
            print(what, usual([&] { (void)ask("findings.list", arguments); }), 200);
        };
        list("findings list", {});
        list("findings list, one case", {{"case", "C-0042"}});
        list("findings list --state", {{"state", "noticed"}});
        list("findings list --state that none has", {{"state", "down"}});
        list("findings list --tier --host", {{"tier", "exact"}, {"host", "host77.example"}});
        list("findings list --site", {{"site", "site49"}});
        list("findings list --assigned", {{"assigned", "anna"}});
        list("findings list --older-than that none is", {{"older_than", "300d"}});
        list("findings list, last page", {{"after", findings - 1'000}});
        print("findings list --json (with places)", usual([&] { (void)ask("findings.list", {}); }), 200);
        print("findings list --groups", usual([&] { (void)ask("findings.groups", {}); }), 200);
        print("findings show", usual([&] { (void)ask("findings.show", {{"id", 4711}}); }), 200);
        print("status", usual([&] { (void)ask("status", {}); }), 200);

        json::object dismissal{{"state", "new"}, {"reason", "wrong_match"}, {"count_only", true}};
        dismissal["up_to"] = findings / 6;
        print("count of a bulk dismissal", usual([&] { (void)ask("findings.dismiss", dismissal); }), 200);
        dismissal["count_only"] = false;
        std::int64_t dismissed = 0;
        const auto took = milliseconds_of(
            [&] { dismissed = ask("findings.dismiss", dismissal).at("findings").to_number<std::int64_t>(); });
        print(fmt::format("dismissal of {} findings", dismissed).c_str(), took, 2'000);

        constexpr int recorded = 200;
        std::int64_t number = 0;
        const auto record = milliseconds_of([&] {
            for (int i = 0; i < recorded; ++i, ++number) {
                const auto seen = another(number);
                if (!database.place_of(seen) && !database.silenced_by(seen) && !database.confirmed_as(seen))
                    (void)database
                        .record_finding(seen,
                                        {{seen.alert_id, "desk", R"({"finding":0})"},
                                         {seen.alert_id, "hook", R"({"finding":0})"}},
                                        {"stillwatchd", moment(0)})
                        .value();
            }
        });
        print("recording a finding (with its look-ups, synced)", record / recorded, 5);

        constexpr double wanted = 200;
        std::fflush(stdout); // what was measured is seen, whatever follows
        const auto rate = outbox_rate(database, alerts_sent);
        fmt::print("{:<54} {:>9.0f} /s   target {:>6.0f} /s   {}\n", "alerts to a receiver on loopback", rate,
                   wanted, rate >= wanted ? "met" : "MISSED");
        all_met = all_met && rate >= wanted;
    }
    if (argc <= 2) std::filesystem::remove_all(directory);
    return all_met ? 0 : 1;
}
