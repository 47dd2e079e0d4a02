#include "pipeline/collisions.hpp"

#include "alerts/event.hpp"
#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::pipeline {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Collisions : public testing::Test, protected World {
protected:
    Collisions()
    {
        references.on_collisions(
            [this](std::vector<ReferenceId> colliding) { return tell(std::move(colliding)); });
    }

    Task<> tell(std::vector<ReferenceId> colliding)
    {
        seen.push_back(colliding);
        const auto noted =
            co_await tell_collisions(stores, settings.record, std::move(colliding), clock.now());
        news += noted.value();
    }

    std::vector<std::string> cases_told()
    {
        std::vector<std::string> pseudonyms;
        for (const auto& row : stores.cases().alerts(100)) {
            const auto event = alerts::read_event(row.event).value();
            EXPECT_EQ(event.type, "reference.collided");
            pseudonyms.push_back(event.case_pseudonym);
        }
        std::ranges::sort(pseudonyms);
        pseudonyms.erase(std::ranges::unique(pseudonyms).begin(), pseudonyms.end());
        return pseudonyms;
    }

    bool collides(const Case& c)
    {
        const auto rows = stores.cases().reference_rows(c.id, {}, 10);
        return std::ranges::any_of(rows, &store::ReferenceRow::collides);
    }

    std::vector<std::vector<ReferenceId>> seen;
    std::size_t news = 0;
};

TEST_F(Collisions, OfTwoCasesAreToldToBothOnce)
{
    const auto one = open_case();
    const auto other = open_case();
    const auto first = enrol(one, picture_file("sea"));
    EXPECT_THAT(seen, IsEmpty());
    const auto second = enrol(other, picture_file("sea", "from a phone"));
    EXPECT_THAT(seen, ElementsAre(ElementsAre(first, second)));
    EXPECT_EQ(news, 2U);
    auto both = std::vector{one.pseudonym, other.pseudonym};
    std::ranges::sort(both);
    EXPECT_EQ(cases_told(), both);
    EXPECT_TRUE(collides(one));
    EXPECT_TRUE(collides(other));

    (void)enrol(one, picture_file("hill"), "R-02"); // they are known to each other
    EXPECT_THAT(seen, SizeIs(1));
    reload();
    EXPECT_EQ(news, 2U);
}

TEST_F(Collisions, OfOneCaseAreNone)
{
    const auto c = open_case();
    (void)enrol(c, picture_file("sea"));
    (void)enrol(c, picture_file("sea", "from a phone"), "R-02");
    EXPECT_THAT(seen, IsEmpty());
    EXPECT_FALSE(collides(c));
}

TEST_F(Collisions, OtherPicturesAreNone)
{
    (void)enrol(open_case(), picture_file("sea"));
    (void)enrol(open_case(), picture_file("hill"));
    EXPECT_THAT(seen, IsEmpty());
}

TEST_F(Collisions, AThirdCaseIsToldWithoutTellingTheOthersAgain)
{
    (void)enrol(open_case(), picture_file("sea"));
    (void)enrol(open_case(), picture_file("sea", "2"));
    (void)enrol(open_case(), picture_file("sea", "3"));
    EXPECT_EQ(news, 3U);
    EXPECT_THAT(cases_told(), SizeIs(3));
}

TEST_F(Collisions, AnAlertTellsNothingOfTheOtherCase)
{
    const auto one = open_case();
    const auto other = open_case();
    (void)enrol(one, picture_file("sea"));
    (void)enrol(other, picture_file("sea", "2"));
    for (const auto& row : stores.cases().alerts(100)) {
        const bool names_one = row.event.find(one.pseudonym) != std::string::npos;
        const bool names_other = row.event.find(other.pseudonym) != std::string::npos;
        EXPECT_NE(names_one, names_other);
        EXPECT_EQ(row.event.find("R-01"), std::string::npos);
    }
}

TEST_F(Collisions, AreForgottenWithTheirCase)
{
    const auto one = open_case();
    const auto other = open_case();
    (void)enrol(one, picture_file("sea"));
    (void)enrol(other, picture_file("sea", "2"));
    ASSERT_TRUE(book.withdraw(one.pseudonym, {"anna", clock.now()}).has_value());
    reload();
    EXPECT_TRUE(collides(other)); // it was told, and the other picture may have been the wrong one
}

} // namespace
} // namespace stillwatch::pipeline
