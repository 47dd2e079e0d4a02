#include "followup/notice_template.hpp"

#include "followup/shipped.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> told(Route route, std::string_view text)
{
    std::vector<std::string> lines;
    for (const auto& problem : NoticeTemplate::problems_of(route, text))
        lines.push_back(std::to_string(problem.line) + ": " + problem.message);
    return lines;
}

// A template for a host that says all it has to.
std::string whole()
{
    return "# a remark {{nobody}}\n"
           "Subject: {{notice}}\n"
           "{{recipient?}}\n"
           "## element location\n"
           "    {{addresses}}\n"
           "## element breach\n"
           "It breaks your rules.\n"
           "{{facts?}}\n"
           "## element request\n"
           "Remove it.\n"
           "## element contact\n"
           "{{organisation}}, {{email}}\n"
           "## text\n";
}

NoticeData data()
{
    return {{"notice", "N-7"},
            {"addresses", "https://a.example/1\nhttps://a.example/2"},
            {"organisation", "Example Helpline"},
            {"email", "notices@helpline.example"}};
}

TEST(NoticeTemplate, EveryTemplateThatShipsSaysEveryElementOfItsRoute)
{
    for (const auto language : shipped_languages)
        for (std::size_t i = 0; i < routes; ++i) {
            const auto route = static_cast<Route>(i);
            const auto text = shipped_template(route, language);
            EXPECT_FALSE(text.empty()) << language << name_of(route);
            EXPECT_THAT(told(route, text), ElementsAre()) << language << " " << name_of(route);
        }
    EXPECT_TRUE(shipped_template(Route::host, "fr").empty());
}

// The other direction: what is taken out of a template is missed.
TEST(NoticeTemplate, EachElementTakenOutOfAShippedTemplateIsMissed)
{
    for (const auto language : shipped_languages)
        for (std::size_t i = 0; i < routes; ++i) {
            const auto route = static_cast<Route>(i);
            for (const auto& element : rule_of(route).elements) {
                std::string text(shipped_template(route, language));
                const auto mark = "## element " + std::string(element.name) + "\n";
                const auto begin = text.find(mark);
                ASSERT_NE(begin, std::string::npos);
                text.replace(begin, mark.size(), "## text\n");
                const auto problems = told(route, text);
                ASSERT_EQ(problems.size(), 1U) << mark;
                EXPECT_THAT(problems.front(), HasSubstr("missing element \"" + std::string(element.name)));
            }
        }
}

TEST(NoticeTemplate, NoShippedTemplateButTheOneForErasureNamesThePerson)
{
    for (const auto language : shipped_languages)
        for (std::size_t i = 0; i < routes; ++i) {
            const auto route = static_cast<Route>(i);
            const bool names = NoticeTemplate::parse(route, shipped_template(route, language))
                                   .value()
                                   .required()
                                   .contains("person");
            EXPECT_EQ(names, route == Route::gdpr17) << name_of(route);
        }
}

TEST(NoticeTemplate, FillsPlacesAndKeepsTheirIndentation)
{
    const auto notice = NoticeTemplate::parse(Route::host, whole());
    ASSERT_TRUE(notice) << notice.error().detail;
    constexpr std::string_view expected = "Subject: N-7\n"
                                          "    https://a.example/1\n"
                                          "    https://a.example/2\n"
                                          "It breaks your rules.\n"
                                          "Remove it.\n"
                                          "Example Helpline, notices@helpline.example\n";
    EXPECT_EQ(std::string_view(notice->fill(data()).value()), expected);
}

TEST(NoticeTemplate, WhatIsMissingIsListedWhole)
{
    const auto notice = NoticeTemplate::parse(Route::host, whole()).value();
    EXPECT_THAT(notice.missing_of({{"notice", "N-7"}, {"email", "  "}}),
                ElementsAre("addresses", "email", "organisation"));
    EXPECT_EQ(notice.fill({}).error().code, Errc::not_found);
}

TEST(NoticeTemplate, DataAreNoPlaceholders)
{
    auto values = data();
    values["facts"] = "{{email}} {{secret}}";
    const auto text = NoticeTemplate::parse(Route::host, whole()).value().fill(values).value();
    EXPECT_THAT(text, HasSubstr("{{email}} {{secret}}\n"));
}

TEST(NoticeTemplate, AnUnknownPlaceholderIsToldWithItsLine)
{
    const auto problems = told(Route::host, whole() + "\n{{adresses}}\n");
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(problems.front(), HasSubstr("15: unknown placeholder {{adresses}}; known: addresses, count"));
}

TEST(NoticeTemplate, WhatIsMissingOrEmptyOrWithoutItsDataIsToldWithItsLine)
{
    EXPECT_THAT(
        told(Route::host, "## element location\n"
                          "here\n"
                          "## element breach\n"
                          "{{facts?}}\n"
                          "## element request\n"
                          "please\n"),
        ElementsAre("1: element \"location\" does not say {{addresses}}", "3: element \"breach\" has no text",
                    "6: missing element \"contact\": who asks, and how they are reached (contractual: "
                    "rules of acceptable use; RFC 2142 section 2)"));
    EXPECT_THAT(told(Route::host, whole() + "## element price\n## chapter\n{{notice\n\x1b[2J\n"),
                ElementsAre("14: no element \"price\" of host",
                            "15: \"## chapter\": \"## element NAME\" or \"## text\"",
                            "16: \"{{\" without its \"}}\"", "17: a control character"));
}

TEST(NoticeTemplate, TheNameOfThePersonHasNoPlaceWhereNobodyNeedsIt)
{
    EXPECT_THAT(told(Route::host, whole() + "{{person?}}\n"),
                ElementsAre("14: {{person}} has no place in a notice by host"));
}

TEST(NoticeTemplate, IsBounded)
{
    EXPECT_EQ(
        NoticeTemplate::problems_of(Route::host, std::string(NoticeTemplate::max_bytes + 1, 'a')).size(), 1U);
    EXPECT_EQ(NoticeTemplate::parse(Route::host, "").error().code, Errc::malformed);
}

} // namespace
} // namespace stillwatch::followup
