#include "world.hpp"

#include "alerts/event.hpp"
#include "cases/consented_place.hpp"
#include "cases/finding_life.hpp"
#include "cases/quarantine.hpp"
#include "pipeline/known_findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

// What people said of findings, and what is seen afterwards.
namespace stillwatch::pipeline {
namespace {

using namespace test;
using cases::Deed;
using cases::FindingEvent;
using testing::SizeIs;

class KnownFindings : public testing::Test, protected World {
protected:
    KnownFindings()
    {
        use_settings();
        serve(start, "img " + image);
        serve(image, picture_file("sea"));
        (void)enrol(c, picture_file("sea"));
        (void)crawl();
    }
    void say(FindingId id, const Deed& deed, const std::string& reason = "looked_at")
    {
        const auto now = *stores.cases().standing(id);
        const auto then =
            cases::after({now.state, now.epoch, now.silences, now.is_confirmed_by_person}, deed).value();
        const store::FindingStep step{{id, clock.now(), "anna", std::string(cases::name_of(deed.event)),
                                       now.state, then.state, reason, then.epoch},
                                      then.silences,
                                      then.is_confirmed_by_person};
        ASSERT_TRUE(stores.cases().change_findings({step}, {"anna", clock.now()}, "test", "F"));
    }
    void dismiss(cases::Dismissal reason)
    {
        say(findings().at(0).id, {FindingEvent::dismiss, reason}, std::string(cases::name_of(reason)));
    }
    // So many re-posts on another host, each with bytes of its own.
    void repost(int pictures, const std::string& motif = "sea")
    {
        const std::string page = "https://img.board.example/page";
        std::string text;
        for (int i = 0; i < pictures; ++i) {
            const auto address = "https://img.board.example/again/" + std::to_string(i) + ".jpg";
            text += "img " + address + "\n";
            serve(address, picture_file(motif, "again " + std::to_string(i)));
        }
        serve(page, text);
        serve(start, "img " + image + "\na " + page);
    }
    std::size_t alerts() { return stores.cases().alerts(10'000).size(); }
    std::int64_t silenced() const { return counters.total("sightings_of_dismissed_total"); }

    Case c = open_case();
    const std::size_t channels = settings.record.channels.size();
};

TEST_F(KnownFindings, AThousandMoreSightingsOfADismissedClassBringNoAlertAndNoFinding)
{
    dismiss(cases::Dismissal::wrong_match);
    repost(1'000);
    (void)crawl_later();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(alerts(), channels);
    EXPECT_GE(silenced(), 1'000);
    EXPECT_GE(findings()[0].left_out, 1'000);
    EXPECT_THAT(evidence_files(), SizeIs(1));
}

TEST_F(KnownFindings, WhatWasDismissedForOneCaseIsToldForAnother)
{
    dismiss(cases::Dismissal::wrong_match);
    (void)enrol(open_case(), picture_file("sea"));
    (void)crawl();
    EXPECT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(alerts(), 2 * channels);
}

TEST_F(KnownFindings, WhatMayStayInOnePlaceIsToldInEveryOther)
{
    dismiss(cases::Dismissal::consented_place);
    (void)crawl_later();
    EXPECT_EQ(alerts(), channels);
    repost(1);
    (void)crawl_later();
    EXPECT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(alerts(), 2 * channels);
}

TEST_F(KnownFindings, AnotherPictureAtTheAddressOfADismissedOneIsTold)
{
    (void)enrol(c, picture_file("hill"), "R-02");
    dismiss(cases::Dismissal::wrong_match);
    serve(image, picture_file("hill"));
    (void)crawl_later();
    EXPECT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(alerts(), 2 * channels);
}

TEST_F(KnownFindings, WhatIsUndoneIsToldAtItsNextVisit)
{
    dismiss(cases::Dismissal::wrong_match);
    repost(1);
    (void)crawl_later();
    const auto id = findings().at(0).id;
    const store::FindingStep undone{
        {id, clock.now(), "anna", "undo", FindingState::dismissed, FindingState::fresh, "undone", 1}};
    ASSERT_TRUE(stores.cases().change_findings({undone}, {"anna", clock.now()}, "test", "F"));
    (void)crawl_later();
    EXPECT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(alerts(), 2 * channels);
}

TEST_F(KnownFindings, DownAndBackIsOneNewAlertUnderANewIdInEpochTwo)
{
    const auto id = findings().at(0).id;
    say(id, {FindingEvent::confirm});
    say(id, {FindingEvent::take_down});
    (void)crawl_later();
    EXPECT_EQ(findings()[0].state, FindingState::reappeared);
    EXPECT_EQ(findings()[0].epoch, 2);
    ASSERT_EQ(alerts(), 2 * channels);
    std::set<std::string> ids;
    int told_back = 0;
    for (const auto& row : stores.cases().alerts(10)) {
        const auto event = alerts::read_event(row.event).value();
        ids.insert(event.alert_id);
        if (event.type != "match.reappeared") continue;
        ++told_back;
        EXPECT_EQ(event.epoch, 2);
        EXPECT_EQ(event.finding, id.value);
    }
    EXPECT_EQ(ids.size(), 2u);
    EXPECT_EQ(told_back, static_cast<int>(channels));
    (void)crawl_later();
    EXPECT_EQ(alerts(), 2 * channels);
    EXPECT_EQ(counters.total("findings_reappeared_total"), 1);
}

TEST_F(KnownFindings, WhatIsDownComesBackAtAnotherAddressOfItsHost)
{
    const auto id = findings().at(0).id;
    say(id, {FindingEvent::confirm});
    say(id, {FindingEvent::take_down});
    web.pages[image] = ScriptedFetcher::status(404);
    const std::string second = "https://img.board.example/2.jpg";
    serve(start, "img " + second);
    serve(second, picture_file("sea", "second"));
    (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings()[0].state, FindingState::reappeared);
    EXPECT_EQ(alerts(), 2 * channels);
    EXPECT_EQ(findings()[0].occurrences, 2);
}

TEST_F(KnownFindings, NothingIsToldOfWhatIsBackAfterTheConsentEnded)
{
    const auto id = findings().at(0).id;
    say(id, {FindingEvent::confirm});
    say(id, {FindingEvent::take_down});
    clock.pass(std::chrono::days(300)); // without a reload the references stay
    (void)crawl();
    EXPECT_EQ(findings()[0].state, FindingState::down);
    EXPECT_EQ(alerts(), channels);
}

TEST_F(KnownFindings, ACopyOfWhatAPersonConfirmedIsConfirmedUnseenAndTold)
{
    const bool is_exact = findings().at(0).match.tier == Tier::exact;
    ASSERT_TRUE(is_exact);
    say(findings()[0].id, {FindingEvent::confirm});
    const std::string page = "https://img.board.example/page";
    serve(page, "img " + image);
    serve(start, "a " + page);
    (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(findings()[1].state, FindingState::confirmed);
    EXPECT_EQ(findings()[1].reason, "zero_view");
    EXPECT_EQ(stores.cases().history(findings()[1].id).at(0).actor, "stillwatchd");
    EXPECT_EQ(counters.total("findings_confirmed_unseen_total"), 1);
    EXPECT_EQ(alerts(), 2 * channels);
}

TEST_F(KnownFindings, AtAConsentedPlaceItIsRecordedAndToldToNobodyElsewhereItIs)
{
    const auto place = cases::ConsentedPlace::parse("img.board.example/mine").value();
    (void)stores.cases().add_place(c.id, cases::seal_place(c, place).value(), {"anna", clock.now()}).value();
    reload();
    const std::string mine = "https://img.board.example/mine/1";
    serve(mine, "img " + image);
    serve(start, "img " + image + "\na " + mine);
    (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(findings()[1].state, FindingState::dismissed);
    EXPECT_EQ(findings()[1].reason, "consented_place");
    EXPECT_EQ(alerts(), channels);
    EXPECT_EQ(counters.total("findings_at_consented_places_total"), 1);
    EXPECT_EQ(stores.cases().history(findings()[1].id).at(0).event, "dismiss");
    // The same picture on another page of the same host.
    const std::string other = "https://img.board.example/other";
    const std::string again = "https://img.board.example/again.jpg";
    serve(again, picture_file("sea"));
    serve(other, "img " + again);
    serve(start, "img " + image + "\na " + mine + "\na " + other);
    (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(3));
    EXPECT_EQ(findings()[2].state, FindingState::fresh);
    EXPECT_EQ(findings()[2].page_url.text(), other);
    EXPECT_EQ(alerts(), 2 * channels);
}

TEST_F(KnownFindings, WhatReappearsIsWitnessedAnew)
{
    const auto before = findings().at(0);
    ASSERT_EQ(before.evidence, EvidenceState::stored);
    say(before.id, {FindingEvent::confirm});
    say(before.id, {FindingEvent::take_down});
    (void)crawl_later();
    const auto after = findings().at(0);
    EXPECT_EQ(after.state, FindingState::reappeared);
    EXPECT_EQ(after.epoch, 2);
    EXPECT_EQ(after.evidence, EvidenceState::stored);
    EXPECT_NE(after.evidence_file, before.evidence_file);
    const auto earlier = stores.cases().earlier_evidence(after.id);
    ASSERT_THAT(earlier, SizeIs(1));
    EXPECT_EQ(earlier[0].evidence_file, before.evidence_file);
    EXPECT_EQ(earlier[0].epoch, 1);
    EXPECT_THAT(evidence_files(), SizeIs(2));
    EXPECT_THAT(stores.cases().evidence_files(), SizeIs(2)); // none of them is an orphan
}

TEST_F(KnownFindings, AReferenceThatMatchesTooOftenIsSetAsideWithOneAlert)
{
    auto seen = findings().at(0);
    const auto add = [&](int number) {
        auto one = seen;
        one.page_url = url("https://h" + std::to_string(number) + ".board.example/");
        one.content = Sha256::of(as_bytes("picture " + std::to_string(number)));
        one.fingerprint.reset();
        one.first_seen = one.last_seen = clock.now();
        one.evidence = EvidenceState::none;
        const auto aside =
            is_set_aside(stores.cases(), settings.record, one, c.pseudonym, clock.now()).value();
        (void)stores.cases().record_finding(one, {}, {"stillwatchd", clock.now()}).value();
        return aside;
    };
    for (int i = 1; i < cases::most_findings_an_hour; ++i)
        ASSERT_FALSE(add(i)) << i;
    EXPECT_EQ(alerts(), channels);
    EXPECT_TRUE(add(1'000));
    EXPECT_TRUE(add(1'001));
    const auto queued = stores.cases().alerts(10'000);
    EXPECT_EQ(queued.size(), 2 * channels);
    EXPECT_EQ(alerts::read_event(queued.front().event).value().type, "reference.quarantined");
    ASSERT_THAT(stores.cases().quarantined(), SizeIs(1));
    EXPECT_EQ(stores.cases().quarantined()[0].findings, 2);
    EXPECT_EQ(stores.cases().release(seen.reference, {"anna", clock.now()}).value(), 2);
    EXPECT_FALSE(add(2'000)); // what was queued counts no more
    EXPECT_FALSE(stores.cases().release(seen.reference, {"anna", clock.now()}));
}

TEST_F(KnownFindings, WhatIsNearAHashOfAListIsNeverConfirmedUnseen)
{
    settings.record.zero_view = ZeroView::near;
    use_settings();
    auto seen = findings().at(0);
    say(seen.id, {FindingEvent::confirm});
    seen.state = FindingState::fresh;
    const auto becomes = [&](Tier tier, bool hash_only) {
        auto copy = seen;
        copy.match.tier = tier;
        copy.match.hash_only = hash_only;
        confirm_unseen(stores.cases(), settings.record, copy, clock.now());
        return copy.state;
    };
    EXPECT_EQ(becomes(Tier::near, false), FindingState::confirmed);
    EXPECT_EQ(becomes(Tier::near, true), FindingState::fresh);
    EXPECT_EQ(becomes(Tier::exact, true), FindingState::confirmed);
}

TEST_F(KnownFindings, WithoutZeroViewACopyWaitsForALook)
{
    settings.record.zero_view = ZeroView::off;
    use_settings();
    say(findings().at(0).id, {FindingEvent::confirm});
    repost(1);
    (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(findings()[1].state, FindingState::fresh);
}

TEST_F(KnownFindings, WhatNobodyConfirmedConfirmsNothing)
{
    repost(1);
    (void)crawl_later();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(findings()[1].state, FindingState::fresh);
}

} // namespace
} // namespace stillwatch::pipeline
