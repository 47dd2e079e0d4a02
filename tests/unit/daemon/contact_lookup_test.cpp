#include "daemon/contact_lookup.hpp"

#include "contacts/rdap.hpp"
#include "contacts/security_txt.hpp"
#include "store/notice_table.hpp"
#include "tests/unit/pipeline/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace stillwatch::daemon {
namespace {

using namespace pipeline::test;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// Answers as they were recorded of registries, with other names.
constexpr std::string_view of_name =
    R"json({"objectClassName":"domain","ldhName":"board.example","links":[{"rel":
"related","type":"application/rdap+json","href":"https://rdap.names.test/domain/board.example"}],"entities":[]})json";
constexpr std::string_view of_registrar =
    R"json({"objectClassName":"domain","entities":[{"roles":["registrar"],
"vcardArray":["vcard",[["fn",{},"text","Names Inc."]]],"entities":[{"roles":["abuse"],"vcardArray":["vcard",[["email",
{},"text","abuse@names.test"]]]}]}]})json";
constexpr std::string_view of_network =
    R"json({"objectClassName":"ip network","name":"EDGE","entities":[{"roles":
["registrant"],"vcardArray":["vcard",[["fn",{},"text","Cloudflare, Inc."]]],"entities":[{"roles":["abuse"],
"vcardArray":["vcard",[["email",{},"text","abuse@edge.test"]]]}]}]})json";

// Reads as the worker does, or as one that died.
class FakeReader final : public ContactReader {
public:
    Task<Result<RdapAnswer>> rdap(Document document) override
    {
        note(document);
        if (loses) co_return Error{Inspector::lost, "its worker died"};
        co_return contacts::parse_rdap(as_text(*document.body));
    }
    Task<Result<SecurityTxt>> security_txt(Document document) override
    {
        note(document);
        if (loses) co_return Error{Inspector::lost, "its worker died"};
        co_return contacts::parse_security_txt(as_text(*document.body));
    }
    bool loses = false;
    bool is_always_unshared = true;
    std::set<std::string> sites{}; // the pool's word for whose bytes they are

private:
    void note(const Document& document)
    {
        is_always_unshared = is_always_unshared && document.trust == Trust::unshared;
        sites.insert(document.site);
    }
};

class ContactLookupTest : public testing::Test, protected World {
protected:
    ContactLookupTest()
    {
        LookupSettings known;
        known.site_contacts = {{"board.example", "admin@board.example.test"}};
        known.bootstrap = std::make_shared<const followup::RdapBootstrap>(
            followup::RdapBootstrap::parse(R"({"services":[[["example"],["https://rdap.test/"]]]})",
                                           R"({"services":[[["0.0.0.0/0"],["https://arin.test/"]]]})", "")
                .value());
        lookup.use(std::move(known));
        answer("https://board.example/.well-known/security.txt", "Contact: mailto:sec@board.test\n",
               "text/plain");
        answer("https://rdap.test/domain/board.example", of_name);
        answer("https://rdap.names.test/domain/board.example", of_registrar);
        web.pages["https://arin.test/ip/192.0.2.7"] = [](const FetchRequest& request) -> Result<Fetched> {
            Fetched moved{.url = request.url};
            moved.status = 302;
            moved.headers = {{"Location", "https://ripe.test/ip/192.0.2.7"}};
            return moved;
        };
        answer("https://ripe.test/ip/192.0.2.7", of_network);
    }
    void answer(const std::string& address, std::string_view body,
                const std::string& type = "application/rdap+json")
    {
        web.pages[address] = [text = std::string(body),
                              type](const FetchRequest& request) -> Result<Fetched> {
            Fetched answer{.url = request.url};
            answer.status = 200;
            answer.headers = {{"Content-Type", type}};
            answer.body = to_bytes(text);
            answer.peer.address = "192.0.2.7";
            return answer;
        };
    }
    json::object look() { return run(lookup.look("board.example")).value(); }
    static std::vector<std::string> addresses(const json::object& seen)
    {
        std::vector<std::string> all;
        for (const auto& row : seen.at("contacts").as_array())
            all.push_back(std::string(row.at("kind").as_string()) + " " +
                          std::string(row.at("address").as_string()));
        return all;
    }

    FakeReader reader;
    ContactLookup lookup{stores, web, reader, clock, counters};
};

TEST_F(ContactLookupTest, AsksHostRegistriesAndRegistrarAndRanksWhatTheySay)
{
    const auto seen = look();
    EXPECT_THAT(addresses(seen), ElementsAre("site admin@board.example.test", "registrar abuse@names.test",
                                             "cdn abuse@edge.test", "security_txt sec@board.test",
                                             "abuse abuse@board.example"));
    EXPECT_EQ(seen.at("cdn"), "Cloudflare");
    EXPECT_TRUE(seen.at("failures").as_array().empty()) << json::serialize(seen);
    const auto kept = store::NoticeTable(stores.cases()).contact_of("board.example");
    ASSERT_TRUE(kept);
    EXPECT_THAT(kept->told, HasSubstr("abuse@edge.test"));
    for (const auto& asked : web.asked) {
        const auto is_plain = [](const HeaderField& header) {
            return header.name == "Accept-Encoding" && header.value == "identity";
        };
        EXPECT_TRUE(std::ranges::any_of(asked.headers, is_plain)) << asked.url;
    }
}

TEST_F(ContactLookupTest, WhatFailsIsToldBesideTheRest)
{
    web.pages.erase("https://rdap.names.test/domain/board.example");
    answer("https://ripe.test/ip/192.0.2.7", "<html>");
    web.pages.erase("https://board.example/.well-known/security.txt");
    const auto seen = look();
    std::vector<std::string> failures;
    for (const auto& each : seen.at("failures").as_array())
        failures.emplace_back(each.as_string());
    EXPECT_THAT(failures, Contains(HasSubstr("security.txt: none (HTTP 404)")));
    EXPECT_THAT(failures,
                Contains(HasSubstr("RDAP of the registrar: not_found: rdap.names.test answers HTTP 404")));
    EXPECT_THAT(addresses(seen), ElementsAre("site admin@board.example.test", "abuse abuse@board.example"));
}

TEST_F(ContactLookupTest, WhatNoWorkerCouldReadIsToldCountedAndAskedAgain)
{
    reader.loses = true;
    const auto seen = look();
    std::vector<std::string> failures;
    for (const auto& each : seen.at("failures").as_array())
        failures.emplace_back(each.as_string());
    EXPECT_THAT(failures, Contains(HasSubstr("security.txt: timed_out: not looked up, again later")));
    EXPECT_THAT(failures, Contains(HasSubstr("RDAP of the name: timed_out: not looked up, again later")));
    EXPECT_EQ(counters.by_label("contacts_not_read_total").at("rdap"), 2);
    EXPECT_EQ(seen.at("complete"), false);
    reader.loses = false;
    const auto again = look();
    EXPECT_TRUE(again.at("failures").as_array().empty());
    EXPECT_EQ(again.at("complete"), true);
}

// A worker that the host's own security.txt took over would else tell whose machines these are.
TEST_F(ContactLookupTest, EachAnswerIsReadByAWorkerThatReadNothingElse)
{
    (void)look();
    EXPECT_TRUE(reader.is_always_unshared);
    EXPECT_THAT(reader.sites,
                ElementsAre("board.example about board.example", "rdap.names.test about board.example",
                            "rdap.test about board.example", "ripe.test about board.example"));
}

// A registry that rests for a minute leaves no host without contacts for a week.
TEST_F(ContactLookupTest, WhatMayComeAnotherDayTakesNoPlaceOfWhatCame)
{
    const auto kept = [this] { return store::NoticeTable(stores.cases()).contact_of("board.example")->told; };
    const auto registry = web.pages.at("https://rdap.test/domain/board.example");
    for (const int status : {503, 429}) {
        web.pages["https://rdap.test/domain/board.example"] = ScriptedFetcher::status(status);
        EXPECT_EQ(look().at("complete"), false) << status;
        EXPECT_THAT(kept(), HasSubstr("abuse@edge.test")) << "better than nothing";
    }
    web.pages["https://rdap.test/domain/board.example"] = registry;
    EXPECT_EQ(look().at("complete"), true);
    EXPECT_THAT(kept(), HasSubstr("abuse@names.test"));
    web.pages["https://rdap.test/domain/board.example"] = ScriptedFetcher::fails(Errc::unreachable);
    EXPECT_EQ(look().at("complete"), false);
    EXPECT_THAT(kept(), HasSubstr("abuse@names.test"));
    web.pages["https://rdap.test/domain/board.example"] = ScriptedFetcher::status(404); // it knows none
    EXPECT_EQ(look().at("complete"), true);
    EXPECT_THAT(kept(), testing::Not(HasSubstr("abuse@names.test")));
}

TEST_F(ContactLookupTest, RedirectsHaveAnEndAndStayOnHttps)
{
    const auto leads_to = [this](const std::string& from, const std::string& to) {
        web.pages[from] = [to](const FetchRequest& request) -> Result<Fetched> {
            Fetched moved{.url = request.url};
            moved.status = 301;
            moved.headers = {{"Location", to}};
            return moved;
        };
    };
    leads_to("https://rdap.test/domain/board.example", "http://rdap.test/clear");
    leads_to("https://ripe.test/ip/192.0.2.7", "https://ripe.test/ip/192.0.2.7");
    const auto seen = look();
    EXPECT_EQ(seen.at("failures").as_array().size(), 2U) << json::serialize(seen);
    EXPECT_LE(web.asked.size(), 12U);
}

} // namespace
} // namespace stillwatch::daemon
