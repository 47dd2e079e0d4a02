#include "world.hpp"

#include "cases/finding_life.hpp"
#include "cases/references.hpp"
#include "matcher/reference_codec.hpp"
#include "store/face_records.hpp"
#include "tests/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t dimension = 32;
const Sha256 model = Sha256::of(as_bytes("models"));

// Of unit length: as much of the person's direction as `alike` says.
std::vector<float> face_of(std::size_t person, double alike = 1)
{
    std::vector<float> numbers(dimension);
    numbers[person] = static_cast<float>(alike);
    numbers[person + 1] = static_cast<float>(std::sqrt(1 - alike * alike));
    return numbers;
}

// Sees the faces that it was told of, by the motif of the picture.
class FakeFaces final : public FaceReader {
public:
    std::map<std::string, std::vector<std::vector<float>>> faces_in{};
    std::optional<Error> error{};
    int asked = 0;
    bool lies = false; // those who served others tell what nobody else sees

    Task<Result<FacesSeen>> faces(Document document) override
    {
        ++asked;
        if (error) co_return *error;
        FacesSeen seen;
        seen.width_px = 640;
        seen.height_px = 480;
        seen.model = model;
        if (lies && document.trust == Trust::unshared) co_return std::move(seen);
        const auto file = std::string(as_text(*document.body));
        for (const auto& [motif, faces] : faces_in)
            for (const auto& embedding : file.find(motif) == std::string::npos ? decltype(faces){} : faces)
                seen.faces.push_back({{100, 50, 60, 80}, 0.99, 60, 3.1, 0, embedding});
        co_return std::move(seen);
    }
};

class FacesInPipeline : public testing::Test, protected World {
protected:
    FacesInPipeline()
    {
        use_settings();
        looking.use(std::make_shared<const PipelineSettings>(settings));
        references.look_for_faces({model, faces::ThresholdTable({{1, 1, {{1e-5, 0.5}, {1e-7, 0.7}}}}), {}});
        serve(start, "img " + image);
        serve(image, picture_file("board"));
    }

    Case open_case_with(const std::string& scope)
    {
        auto consent = stillwatch::test::sample_consent();
        consent.scope = scope;
        consent.expires_at = at(20'000'000);
        return book.open(consent, cases::ApprovalRule::one_person, {"anna", clock.now()}).value();
    }
    ReferenceId enrol_face(const Case& c, std::size_t person = 0, const Sha256& of_model = model)
    {
        const auto record = matcher::make_reference_record(
            matcher::ReferenceFace{of_model, Sha256::of(as_bytes(c.pseudonym)), face_of(person)});
        Reference draft;
        draft.name = "F-01";
        draft.sealed = cases::seal_reference(c.public_key, c.pseudonym, record).value().bytes;
        draft.extractor_version = extractor_version;
        const auto id = book.enrol(c.pseudonym, draft, {"anna", clock.now()}).value();
        reload();
        return id;
    }
    void dismiss(FindingId id, cases::Dismissal reason)
    {
        const auto now = *stores.cases().standing(id);
        const auto then = cases::after({now.state, now.epoch, now.silences, now.is_confirmed_by_person},
                                       {cases::FindingEvent::dismiss, reason})
                              .value();
        const store::FindingStep step{{id, clock.now(), "anna", "dismiss", now.state, then.state,
                                       std::string(name_of(reason)), then.epoch},
                                      then.silences,
                                      then.is_confirmed_by_person};
        ASSERT_TRUE(stores.cases().change_findings({step}, {"anna", clock.now()}, "test", "F"));
    }
    // One more picture on the page.
    void show_also(const std::string& name, const std::string& motif, const std::string& variant = "")
    {
        page_ += "\nimg https://img.board.example/" + name;
        serve(start, page_);
        serve("https://img.board.example/" + name, picture_file(motif, variant));
    }
    // Visits all that is due.
    void look()
    {
        for (auto visits = claim(); !visits.empty(); visits = claim())
            for (const auto& visit : visits) {
                auto result = run(looking.visit(visit)).value();
                stores.frontier().apply({result}).value();
            }
    }
    void look_later()
    {
        clock.pass(std::chrono::days(31));
        look();
    }

    std::string page_ = "img " + std::string(image);
    FakeFaces faces;
    Services with = [this] {
        auto all = services;
        all.faces = &faces;
        return all;
    }();
    Pipeline looking{with, nullptr};
};

TEST_F(FacesInPipeline, AFaceLikeAnEnrolledOneIsALeadAndNeverAMatch)
{
    const auto c = open_case_with("pictures,faces");
    const auto id = enrol_face(c);
    faces.faces_in["board"] = {face_of(10), face_of(0, 0.905)};
    look();
    ASSERT_THAT(findings(), SizeIs(1));
    const auto finding = findings().front();
    EXPECT_EQ(finding.reference, id);
    EXPECT_EQ(finding.match.tier, Tier::resemblance);
    EXPECT_EQ(finding.match.status, MatchStatus::candidate);
    EXPECT_EQ(finding.match.relation, Relation::face_only);
    EXPECT_EQ(band_of(finding.match), Band::strong);
    EXPECT_EQ(finding.state, FindingState::fresh);
    EXPECT_EQ(counters.total("faces_seen_total"), 2);
    const auto kept = store::FaceRecords(stores.cases()).lead_of(finding.id).value();
    EXPECT_EQ(kept.likeness, (Likeness{model, 90, 1, 1}));
}

TEST_F(FacesInPipeline, WithoutConsentForFacesNobodyIsLookedFor)
{
    const auto c = open_case_with("pictures");
    (void)enrol_face(c);
    (void)enrol(c, picture_file("sea"));
    faces.faces_in["board"] = {face_of(0)};
    look();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(faces.asked, 0);
    EXPECT_EQ(references.people()->size(), 0U);
}

TEST_F(FacesInPipeline, TheEndOfConsentForgetsFaces)
{
    const auto c = open_case_with("pictures,faces");
    (void)enrol_face(c);
    const std::weak_ptr<const faces::People> people = references.people();
    EXPECT_EQ(references.people()->size(), 1U);
    clock.set(c.consent.expires_at);
    reload();
    EXPECT_EQ(references.people()->size(), 0U);
    EXPECT_TRUE(people.expired());
    EXPECT_EQ(references.current()->size(), 0U);
}

TEST_F(FacesInPipeline, FacesOfOtherModelsAreRefusedAndTold)
{
    (void)enrol_face(open_case_with("pictures,faces"), 0, Sha256::of(as_bytes("older models")));
    EXPECT_EQ(references.people()->size(), 0U);
    const auto raised = problems.current();
    ASSERT_THAT(raised, SizeIs(1));
    EXPECT_THAT(raised.front().detail, testing::HasSubstr("reference add-face"));
}

TEST_F(FacesInPipeline, AWeakLeadCountsOnlyBesideAPictureOfThePerson)
{
    const auto c = open_case_with("pictures,faces");
    (void)enrol_face(c);
    (void)enrol(c, picture_file("sea"));
    const auto thresholds =
        faces::thresholds_for(references.face_terms()->thresholds, references.people()->rates(), 1, 1);
    faces.faces_in["board"] = {face_of(0, (thresholds.weak + thresholds.lead) / 2)};
    look();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(counters.total("face_leads_weak_total"), 1);

    serve(start, "img " + image + "\nimg https://img.board.example/2.jpg");
    serve("https://img.board.example/2.jpg", picture_file("sea"));
    look_later();
    look_later();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(findings().back().match.tier, Tier::resemblance);
    EXPECT_EQ(band_of(findings().back().match), Band::weak);
}

TEST_F(FacesInPipeline, ADismissedLeadIsNotToldAgain)
{
    const auto c = open_case_with("pictures,faces");
    (void)enrol_face(c);
    faces.faces_in["board"] = {face_of(0)};
    look();
    ASSERT_THAT(findings(), SizeIs(1));
    dismiss(findings().front().id, cases::Dismissal::not_the_person);
    show_also("2.jpg", "board", "again");
    look_later();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_GT(counters.total("sightings_of_dismissed_total"), 0);
}

// The same face on another picture, a little changed; and another face that is as much like the person.
TEST_F(FacesInPipeline, ADismissedFaceIsSilentOnEveryPictureAndNoOtherFaceIs)
{
    (void)enrol_face(open_case_with("pictures,faces"));
    auto stranger = face_of(0, 0.75); // and the rest in direction 1
    faces.faces_in["board"] = {stranger};
    look();
    ASSERT_THAT(findings(), SizeIs(1));
    dismiss(findings().front().id, cases::Dismissal::not_the_person);

    stranger[1] = static_cast<float>(std::sqrt(1 - 0.75 * 0.75 - 0.04));
    stranger[8] = 0.2F;
    faces.faces_in["sea"] = {stranger};
    show_also("2.jpg", "sea");
    look_later();
    look_later();
    EXPECT_THAT(findings(), SizeIs(1));
    EXPECT_GT(findings().front().left_out, 0);

    std::vector<float> other(dimension);
    other[0] = 0.75F;
    other[5] = static_cast<float>(std::sqrt(1 - 0.75 * 0.75));
    faces.faces_in["hill"] = {other};
    show_also("3.jpg", "hill");
    look_later();
    look_later();
    EXPECT_THAT(findings(), SizeIs(2));
}

TEST_F(FacesInPipeline, WhatIsLawfulSilencesNoFace)
{
    (void)enrol_face(open_case_with("pictures,faces"));
    faces.faces_in["board"] = {face_of(0)};
    look();
    dismiss(findings().front().id, cases::Dismissal::lawful);
    faces.faces_in["sea"] = {face_of(0)};
    show_also("2.jpg", "sea");
    look_later();
    look_later();
    EXPECT_THAT(findings(), SizeIs(2));
}

TEST_F(FacesInPipeline, ALeadCountsWhenAWorkerSaysSoThatServedNoOtherSite)
{
    (void)enrol_face(open_case_with("pictures,faces"));
    faces.faces_in["board"] = {face_of(0)};
    faces.lies = true;
    look();
    EXPECT_EQ(faces.asked, 2);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(counters.total("worker_disagreements_total"), 1);
}

TEST_F(FacesInPipeline, APersonIsLookedForOnTheSitesOfTheirList)
{
    const auto c = open_case_with("pictures,faces");
    (void)enrol_face(c);
    ASSERT_TRUE(store::FaceRecords::set_sites(stores.cases(), c.id, {"another"}, {"anna", clock.now()}));
    faces.faces_in["board"] = {face_of(0)};
    look();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(counters.total("face_leads_elsewhere_total"), 1);
    ASSERT_TRUE(
        store::FaceRecords::set_sites(stores.cases(), c.id, {"another", "board"}, {"anna", clock.now()}));
    look_later();
    EXPECT_THAT(findings(), SizeIs(1));
}

TEST_F(FacesInPipeline, OnThePersonsOwnPictureAFaceSaysNothingMore)
{
    const auto c = open_case_with("pictures,faces");
    (void)enrol_face(c);
    (void)enrol(c, picture_file("board"));
    faces.faces_in["board"] = {face_of(0)};
    look();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_NE(findings().front().match.tier, Tier::resemblance);
}

// One body with two faces: the picture of a case's lead shows up with the face of another's.
TEST_F(FacesInPipeline, TheSamePictureWithAnotherFaceIsToldBesideTheLead)
{
    (void)enrol_face(open_case_with("pictures,faces"), 0);
    (void)enrol_face(open_case_with("pictures,faces"), 10);
    faces.faces_in["board\none"] = {face_of(0)};
    faces.faces_in["board\ntwo"] = {face_of(10)};
    serve(image, picture_file("board", "one"));
    look();
    ASSERT_THAT(findings(), SizeIs(1));
    const auto first = findings().front().id;
    EXPECT_FALSE(store::FaceRecords(stores.cases()).lead_of(first)->other_face);
    show_also("2.jpg", "board", "two far");
    look_later();
    look_later();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(store::FaceRecords(stores.cases()).lead_of(findings().back().id)->other_face, first);
}

TEST_F(FacesInPipeline, MoreLeadsThanOfADayAreCounted)
{
    settings.record.max_face_leads_per_case_and_day = 2;
    looking.use(std::make_shared<const PipelineSettings>(settings));
    (void)enrol_face(open_case_with("pictures,faces"));
    std::string page;
    for (int i = 0; i < 5; ++i) {
        const auto address = "https://img.board.example/n" + std::to_string(i) + ".jpg";
        page += "img " + address + "\n";
        serve(address, picture_file("motif" + std::to_string(i)));
    }
    serve(start, page);
    faces.faces_in["motif"] = {face_of(0)};
    look();
    EXPECT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(counters.total("matches_left_out_total"), 3);
}

// Nothing of a stranger's face is anywhere on the disk afterwards: neither in the databases nor in evidence.
TEST_F(FacesInPipeline, WhatWasSeenOfStrangersIsKeptNowhere)
{
    (void)enrol_face(open_case_with("pictures,faces"));
    auto stranger = face_of(10, 0.6180339887);
    faces.faces_in["board"] = {stranger, face_of(0)};
    look();
    ASSERT_THAT(findings(), SizeIs(1));
    const auto canary = std::as_bytes(std::span(stranger).subspan(10, 2));
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
        if (!entry.is_regular_file()) continue;
        ++files;
        EXPECT_FALSE(stillwatch::test::contains(stillwatch::test::read_file(entry.path()), canary))
            << entry.path();
    }
    EXPECT_GT(files, 1);
}

TEST_F(FacesInPipeline, WhereFacesCannotBeReadThePictureWaitsAndSomebodyIsTold)
{
    (void)enrol_face(open_case_with("pictures,faces"));
    faces.error = Error{Errc::io, "no process with the models"};
    look();
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_EQ(counters.total("face_errors_total"), 1);
    faces.error.reset();
    faces.faces_in["board"] = {face_of(0)};
    look_later();
    EXPECT_THAT(findings(), SizeIs(1));
}

// The picture shows somebody else's reference; nobody knows whose faces, while a worker is lost over them.
TEST_F(FacesInPipeline, WhereAPictureMatchesAndItsFacesCannotBeReadTheyAreReadTheNextDay)
{
    const auto c = open_case_with("pictures,faces");
    (void)enrol_face(c);
    const auto another = open_case_with("pictures");
    (void)enrol(another, picture_file("board"));
    faces.error = Error{Inspector::lost, "worker: killed"};
    faces.faces_in["board"] = {face_of(0)};
    look();
    ASSERT_THAT(findings(), SizeIs(1));
    EXPECT_EQ(findings().front().case_id, another.id);
    EXPECT_EQ(counters.total("pictures_with_unread_faces_total"), 1);
    faces.error.reset();
    clock.pass(std::chrono::hours(25));
    look();
    ASSERT_THAT(findings(), SizeIs(2));
    EXPECT_EQ(findings().back().case_id, c.id);
    // From then on it is known whole.
    const auto asked = faces.asked;
    clock.pass(std::chrono::hours(25));
    look();
    EXPECT_EQ(faces.asked, asked);
}

} // namespace
} // namespace stillwatch::pipeline
