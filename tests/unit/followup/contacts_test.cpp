#include "followup/contacts.hpp"

#include "contacts/security_txt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Timestamp at(std::string_view text)
{
    return parse_utc(text).value();
}

ContactFacts facts()
{
    ContactFacts made;
    made.host = "img.board.test";
    made.name = "board.test";
    made.site_contact = "admin@board.test";
    made.security_txt = SecurityTxt{{"security@board.test"}, {}};
    made.domain =
        RdapAnswer{"domain", "board.test", "Names Inc.", {}, {{"Names Inc.", {"abuse@names.test"}, {}}}, {}};
    made.network = RdapAnswer{"ip network",
                              "HOST-NET",
                              "",
                              {"Example Hosting"},
                              {{"Example Hosting", {"abuse@hosting.test"}, {}}},
                              {}};
    return made;
}

std::vector<std::string> kinds_of(const ContactFacts& of)
{
    std::vector<std::string> kinds;
    for (const auto& contact : contacts_of(of))
        kinds.push_back(std::string(name_of(contact.kind)) + " " + contact.address);
    return kinds;
}

TEST(Contacts, WhoCanDoMostComesFirst)
{
    EXPECT_THAT(kinds_of(facts()), ElementsAre("site admin@board.test", "network abuse@hosting.test",
                                               "registrar abuse@names.test",
                                               "security_txt security@board.test", "abuse abuse@board.test"));
}

TEST(Contacts, ACdnIsNamedAsSuchAndComesBehindTheRegistrar)
{
    auto behind = facts();
    behind.network->organisations = {"Cloudflare, Inc."};
    EXPECT_EQ(known_cdn(behind), "Cloudflare");
    EXPECT_THAT(kinds_of(behind)[1], HasSubstr("registrar"));
    EXPECT_THAT(kinds_of(behind)[2], HasSubstr("cdn abuse@hosting.test"));
    EXPECT_THAT(std::string(what_it_can_do(ContactKind::cdn)), HasSubstr("PASSES THE NOTICE ON"));
    auto by_header = facts();
    by_header.server = "cloudflare";
    EXPECT_EQ(known_cdn(by_header), "Cloudflare");
    EXPECT_EQ(known_cdn(facts()), std::nullopt);
}

TEST(Contacts, TheRegistrarsOwnAnswerComesBeforeTheRegistrys)
{
    auto both = facts();
    both.registrar = RdapAnswer{"domain", "board.test", "", {}, {{"Names", {"own@names.test"}, {}}}, {}};
    EXPECT_THAT(kinds_of(both)[2], HasSubstr("own@names.test"));
}

TEST(Contacts, WhatFailedIsShownBesideWhatWasFound)
{
    ContactFacts poor;
    poor.host = "board.test";
    poor.name = "board.test";
    poor.failures = {"RDAP of the name: timed_out"};
    const auto object = describe(poor);
    EXPECT_EQ(object.at("failures").as_array().size(), 1U);
    EXPECT_EQ(object.at("contacts").as_array().size(), 1U);
    EXPECT_EQ(object.at("contacts").as_array()[0].at("address"), "abuse@board.test");
    EXPECT_TRUE(object.at("cdn").is_null());
}

TEST(Contacts, ASecurityTxtThatExpiredIsSaidToHave)
{
    auto old = facts();
    old.security_txt->expires = at("2026-11-30");
    const auto source = [&old] { return contacts_of(old).at(3).source; };
    old.looked_at = at("2026-11-29");
    EXPECT_EQ(source(), "security.txt");
    old.looked_at = at("2026-11-30");
    EXPECT_EQ(source(), "security.txt, expired");
}

TEST(SecurityTxt, GivesItsContactsInOrder)
{
    const auto text =
        contacts::parse_security_txt("# Contact: mailto:x@y.test\r\ncontact: mailto:security@board.test\r\n"
                                     "Contact: https://board.test/report\nContact: tel:+1-555\n"
                                     "Contact: javascript:x\nExpires: 2026-12-01T00:00:00Z\n");
    EXPECT_THAT(text.contacts, ElementsAre("security@board.test", "https://board.test/report"));
    EXPECT_EQ(text.expires, at("2026-12-01"));
    EXPECT_FALSE(contacts::parse_security_txt("Expires: never").expires);
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "Contact: mailto:a" + std::to_string(i) + "@board.test\n";
    EXPECT_EQ(contacts::parse_security_txt(many).contacts.size(), 16U);
}

TEST(RegisteredName, IsWhatARegistrySold)
{
    EXPECT_EQ(registered_name("img.board.example"), "board.example");
    EXPECT_EQ(registered_name("board.example"), "board.example");
    EXPECT_EQ(registered_name("a.b.board.co.uk"), "board.co.uk");
    EXPECT_EQ(registered_name("board.co.uk"), "board.co.uk");
    EXPECT_EQ(registered_name("img.board.io"), "board.io");
    EXPECT_EQ(registered_name("127.0.0.1"), "");
    EXPECT_EQ(registered_name("[::1]"), "");
    EXPECT_EQ(registered_name("localhost"), "");
}

} // namespace
} // namespace stillwatch::followup
