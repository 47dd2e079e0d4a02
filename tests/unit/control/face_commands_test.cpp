#include "commands_fixture.hpp"

#include "store/face_records.hpp"

#include <gtest/gtest.h>

namespace stillwatch::control {
namespace {

class FaceCommands : public testing::Test, public test::Desk {
protected:
    FaceCommands()
    {
        settings.require_second_approver = false;
        store::SiteRow site;
        site.name = "board";
        settings.sites = {site};
        alone.emplace(cases, frontier, installation.public_key, settings, clock);
        clock.time = parse_utc("2026-10-01").value();
        pseudonym = std::string(ask("case.open", consent()).value().at("case").as_string());
    }
    Result<json::value> ask(const std::string& name, json::object arguments)
    {
        auto outcome = alone->run({name, std::move(arguments)}, {"anna", true});
        EXPECT_TRUE(alone->finish());
        if (!outcome) return outcome.error();
        return std::move(outcome->result);
    }
    vault::KeyPair installation = vault::make_key_pair();
    std::optional<Commands> alone;
    std::string pseudonym;
};

TEST_F(FaceCommands, APersonIsLookedForEverywhereUntilSitesAreNamed)
{
    const auto before = ask("case.face-sites", {{"case", pseudonym}}).value();
    EXPECT_TRUE(before.at("everywhere").as_bool());
    const json::array sites{"board"};
    EXPECT_FALSE(
        ask("case.face-sites", {{"case", pseudonym}, {"sites", sites}}).value().at("everywhere").as_bool());
    EXPECT_EQ(ask("case.face-sites", {{"case", pseudonym}}).value().at("sites").as_array(), sites);
    (void)ask("case.face-sites", {{"case", pseudonym}, {"sites", json::array()}}).value();
    EXPECT_TRUE(ask("case.face-sites", {{"case", pseudonym}}).value().at("everywhere").as_bool());
}

// Leads through the real store, decided by commands: what is told of them is numbers alone.
TEST_F(FaceCommands, DecisionsOnLeadsAreCountedByHowAlikeTheFacesAre)
{
    const Sha256 model = Sha256::of(as_bytes("models"));
    const auto c = *cases.find_case(pseudonym);
    const auto reference_id = [&] {
        (void)ask("reference.add", reference(pseudonym, "F-01")).value();
        return cases.references().at(0).id;
    }();
    const auto record = [&](int number, int hundredths, const Sha256& of_model) {
        auto finding = stillwatch::test::sample_finding(c.id, reference_id,
                                                        "https://board.example/" + std::to_string(number));
        finding.match.tier = Tier::resemblance;
        finding.match.relation = Relation::face_only;
        finding.match.status = MatchStatus::candidate;
        finding.first_seen = clock.time - std::chrono::days(number);
        const auto id = cases.record_finding(finding, {}, {"stillwatchd", clock.time}).value().id;
        store::FaceLead lead;
        lead.mark.words = {0, 0, 0, std::uint64_t(number) * 0x0123'4567'89ab'cdefULL};
        lead.mark.words[static_cast<std::size_t>(number) % 3] = ~std::uint64_t{0};
        lead.likeness = Likeness{of_model, hundredths, 3, 1};
        ASSERT_TRUE(store::FaceRecords::note(cases, id, lead));
    };
    record(1, 61, model);
    record(2, 61, model);
    record(3, 64, model);
    record(4, 61, model);
    record(5, 61, Sha256::of(as_bytes("other models")));
    const auto ids = [](const char* id) { return json::array{id}; };
    (void)ask("findings.dismiss", {{"ids", ids("F-1")}, {"reason", "not_the_person"}}).value();
    (void)ask("findings.dismiss", {{"ids", ids("F-2")}, {"reason", "lawful"}}).value(); // says nothing of it
    (void)ask("findings.confirm", {{"ids", ids("F-3")}}).value();

    const auto told = ask("faces.decisions", {{"model", model.hex()}}).value();
    const json::array expected{{{"references", 3},
                                {"faces", 1},
                                {"hundredths", 61},
                                {"confirmed", 0},
                                {"another_person", 1},
                                {"open", 2}},
                               {{"references", 3},
                                {"faces", 1},
                                {"hundredths", 64},
                                {"confirmed", 1},
                                {"another_person", 0},
                                {"open", 0}}};
    EXPECT_EQ(told.at("leads").as_array(), expected) << json::serialize(told);
    EXPECT_EQ(told.at("days").to_number<int>(), 4);
    EXPECT_EQ(json::serialize(told).find(pseudonym), std::string::npos);

    // Taken back, it is open again; with the case its leads are gone from the numbers.
    (void)ask("findings.undo", {{"ids", ids("F-1")}}).value();
    const auto after = ask("faces.decisions", {{"model", model.hex()}}).value();
    EXPECT_EQ(after.at("leads").at(0).at("another_person").to_number<int>(), 0);
    (void)ask("case.withdraw", {{"case", pseudonym}}).value();
    EXPECT_TRUE(ask("faces.decisions", {{"model", model.hex()}}).value().at("leads").as_array().empty());
}

TEST_F(FaceCommands, ASiteThatIsNotWatchedIsRefusedAndNothingChanges)
{
    const auto refused =
        ask("case.face-sites", {{"case", pseudonym}, {"sites", json::array{"board", "other"}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::not_found);
    EXPECT_TRUE(ask("case.face-sites", {{"case", pseudonym}}).value().at("everywhere").as_bool());
}

} // namespace
} // namespace stillwatch::control
