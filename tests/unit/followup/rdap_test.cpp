#include "contacts/rdap.hpp"
#include "followup/rdap_bootstrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using contacts::parse_rdap;
using testing::ElementsAre;
using testing::IsEmpty;

// A registrar's answer as ICANN's profile shapes it: the abuse entity inside the registrar's.
constexpr std::string_view domain = R"json({"objectClassName":"domain","ldhName":"board.example",
"links":[{"rel":"self","href":"https://r.example/domain/board.example"},
 {"rel":"related","type":"text/html","href":"https://r.example/page"},
 {"rel":"related","type":"application/rdap+json","href":"https://rdap.registrar.example/domain/board.example"}],
"entities":[
 {"objectClassName":"entity","roles":["registrant"],"vcardArray":["vcard",[["version",{},"text","4.0"],
  ["fn",{},"text","REDACTED FOR PRIVACY"],["email",{},"text","redacted@privacy.example"]]]},
 {"objectClassName":"entity","roles":["registrar"],"vcardArray":["vcard",[["fn",{},"text","Names Inc."]]],
  "entities":[{"objectClassName":"entity","roles":["abuse"],"vcardArray":["vcard",[
   ["fn",{},"text",""],["tel",{"type":["voice"]},"uri","tel:+1.5555550100"],["email",{},"text","abuse@names.test"],
   ["email",{},"text","noreply@names.test"],["email",{},"text","abuse@names.test"]]]}]}]})json";

TEST(Rdap, FindsTheNestedAbuseRoleAndWhereTheRegistrarAnswers)
{
    const auto answer = parse_rdap(domain).value();
    EXPECT_EQ(answer.object, "domain");
    EXPECT_EQ(answer.name, "board.example");
    EXPECT_EQ(answer.registrar, "Names Inc.");
    EXPECT_EQ(answer.related->text(), "https://rdap.registrar.example/domain/board.example");
    ASSERT_EQ(answer.abuse.size(), 1U);
    EXPECT_EQ(answer.abuse[0].name, "Names Inc.");
    EXPECT_THAT(answer.abuse[0].emails, ElementsAre("abuse@names.test"));
    EXPECT_THAT(answer.abuse[0].phones, ElementsAre("+1.5555550100"));
    EXPECT_THAT(answer.organisations, IsEmpty()) << "what stands in a name's place is none";
}

TEST(Rdap, ANetworkTellsItsHolder)
{
    const auto answer =
        parse_rdap(
            R"json({"objectClassName":"ip network","name":"EXAMPLE-NET","entities":[{"roles":["registrant"],
 "vcardArray":["vcard",[["fn",{},"text","Example Hosting"]]],"entities":[{"roles":["abuse","technical"],"vcardArray":
 ["vcard",[["fn",{},"text","Abuse desk"],["email",{},"text","mailto:abuse@hosting.test"]]]}]}]})json")
            .value();
    EXPECT_THAT(answer.organisations, ElementsAre("Example Hosting"));
    ASSERT_EQ(answer.abuse.size(), 1U);
    EXPECT_THAT(answer.abuse[0].emails, ElementsAre("abuse@hosting.test"));
    EXPECT_FALSE(answer.related);
}

TEST(Rdap, WhatIsNoAnswerIsAnErrorAndWhatIsOddIsPassedOver)
{
    EXPECT_EQ(parse_rdap("").error().code, Errc::malformed);
    EXPECT_EQ(parse_rdap("[]").error().code, Errc::malformed);
    EXPECT_EQ(parse_rdap(R"({"errorCode":404})").error().code, Errc::malformed);
    EXPECT_EQ(parse_rdap(std::string(RdapAnswer::max_bytes + 1, ' ')).error().code, Errc::too_large);
    for (const auto* odd :
         {R"({"objectClassName":"domain","entities":7,"links":[1,{"rel":"related","href":7}]})",
          R"({"objectClassName":"domain","entities":[{"roles":"abuse","vcardArray":["vcard"]}]})",
          R"({"objectClassName":"domain","entities":[{"roles":["abuse"],"vcardArray":["vcard",[["email"],
                               ["email",{},"text",{}],["tel",{},"uri","tel:+0.000000"],["email",{},"text","a@@b"]]]}]})",
          R"({"objectClassName":"domain","links":[{"rel":"related","href":"http://r.example/"}]})"}) {
        const auto answer = parse_rdap(odd).value();
        EXPECT_THAT(answer.abuse, IsEmpty()) << odd;
        EXPECT_FALSE(answer.related) << odd;
    }
}

// JSON holds no half characters, and what turns the direction of writing shows another name than stands
// there.
TEST(Rdap, NamesAreOneLineOfWholeCharacters)
{
    const auto named = [](const std::string& name) {
        return parse_rdap(R"({"objectClassName":"domain","ldhName":")" + name + "\"}").value();
    };
    EXPECT_EQ(named("two\\nlines\u202Eback").name, "two lines back");
    std::string letters;
    for (int i = 0; i < 100; ++i)
        letters += "\u20AC"; // three bytes each
    const auto cut = named(letters);
    EXPECT_EQ(cut.name, letters.substr(0, 198));
    EXPECT_TRUE(is_sound(cut));
}

TEST(Rdap, EntitiesInEntitiesHaveAnEnd)
{
    std::string many = R"({"objectClassName":"domain","entities":[)";
    for (int i = 0; i < 2'000; ++i)
        many += (i > 0 ? "," : "") +
                std::string(R"({"roles":["abuse"],"vcardArray":["vcard",[["email",{},"text","a)") +
                std::to_string(i) + "@names.test\"]]]}";
    EXPECT_EQ(parse_rdap(many + "]}").value().abuse.size(), 32U);
}

TEST(Rdap, MailboxesAreThoseOneMayWriteTo)
{
    for (const auto* good : {"abuse@names.test", "a+b@x-y.co.uk"})
        EXPECT_TRUE(is_mailbox(good)) << good;
    for (const auto* bad :
         {"", "abuse", "@a.b", "a@b", "a@.b", "a@b.", "a b@c.d", "a@b@c.d", "a@c.d\r\nBcc: x@y.z",
          "noreply@names.test", "abuse@example.com", "redacted@names.test"})
        EXPECT_FALSE(is_mailbox(bad)) << bad;
}

TEST(RdapBootstrap, TheLongestEntryAnswers)
{
    const auto list =
        RdapBootstrap::parse(
            R"({"services":[[["example","test"],["http://clear.example","https://rdap.example"]],
                             [["co.example"],["https://co.example/"]],[["bad"],["http://only.clear/"]],7,[[1],[2]]]})",
            R"({"services":[[["0.0.0.0/0"],["https://all.example/"]],[["192.0.2.0/24","x/8","1.2.3.4"],
                             ["https://two.example/"]]]})",
            R"({"services":[[["2001:db8::/32"],["https://six.example/"]]]})")
            .value();
    EXPECT_EQ(list.for_name("board.example")->text(), "https://rdap.example/");
    EXPECT_EQ(list.for_name("a.co.example")->text(), "https://co.example/");
    EXPECT_FALSE(list.for_name("board.bad"));
    EXPECT_FALSE(list.for_name("notexample"));
    EXPECT_EQ(list.for_address("192.0.2.7")->text(), "https://two.example/");
    EXPECT_EQ(list.for_address("198.51.100.1")->text(), "https://all.example/");
    EXPECT_EQ(list.for_address("[2001:db8::1]")->text(), "https://six.example/");
    EXPECT_FALSE(list.for_address("2001:db9::1"));
    EXPECT_FALSE(list.for_address("board.example"));
    EXPECT_EQ(RdapBootstrap::parse("{}", "", "").error().code, Errc::malformed);
}

TEST(RdapBootstrap, ThoseThatShipKnowTheLargeOnes)
{
    const auto& list = RdapBootstrap::shipped();
    EXPECT_EQ(list.for_name("board.com")->text(), "https://rdap.verisign.com/com/v1/");
    EXPECT_TRUE(list.for_address("192.0.2.1"));
    EXPECT_TRUE(list.for_address("2001:db8::1"));
}

} // namespace
} // namespace stillwatch::followup
