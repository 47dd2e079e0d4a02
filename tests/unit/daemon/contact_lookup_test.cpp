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
    // Sends on; the machine that says so is a host's own where `peer` is told.
    void leads_to(const std::string& from, const std::string& to, const std::string& peer = "")
    {
        web.pages[from] = [to, peer](const FetchRequest& request) -> Result<Fetched> {
            Fetched moved{.url = request.url};
            moved.status = 301;
            moved.headers = {{"Location", to}};
            moved.peer.address = peer;
            return moved;
        };
    }
    std::string kept() { return store::NoticeTable(stores.cases()).contact_of("board.example")->told; }
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
    const auto row = store::NoticeTable(stores.cases()).contact_of("board.example");
    ASSERT_TRUE(row);
    EXPECT_THAT(row->told, HasSubstr("abuse@edge.test"));
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
    leads_to("https://rdap.test/domain/board.example", "http://rdap.test/clear");
    leads_to("https://ripe.test/ip/192.0.2.7", "https://ripe.test/ip/192.0.2.7");
    const auto seen = look();
    EXPECT_EQ(seen.at("failures").as_array().size(), 2U) << json::serialize(seen);
    EXPECT_LE(web.asked.size(), 12U);
}

// Else a host that moved, or that closed its port for https, would keep its former network for ever.
TEST_F(ContactLookupTest, WhatDoesNotAnswerTodayIsKeptForAWeekAndNoLonger)
{
    (void)look();
    web.pages["https://rdap.test/domain/board.example"] = ScriptedFetcher::status(503);
    web.pages["https://board.example/.well-known/security.txt"] = ScriptedFetcher::status(503);
    clock.pass(std::chrono::hours(24 * 6));
    web.pages["https://ripe.test/ip/192.0.2.7"] = ScriptedFetcher::status(503);
    const auto young = look();
    EXPECT_THAT(addresses(young), ElementsAre("site admin@board.example.test", "registrar abuse@names.test",
                                              "cdn abuse@edge.test", "security_txt sec@board.test",
                                              "abuse abuse@board.example"));
    EXPECT_EQ(young.at("cdn"), "Cloudflare");
    EXPECT_EQ(young.at("complete"), false);
    clock.pass(std::chrono::hours(24 * 2));
    const auto old = look();
    EXPECT_THAT(addresses(old), ElementsAre("site admin@board.example.test", "abuse abuse@board.example"));
    EXPECT_THAT(kept(), testing::Not(HasSubstr("abuse@names.test")));
}

TEST_F(ContactLookupTest, AHostThatMovedKeepsNothingOfItsFormerNetwork)
{
    (void)look();
    web.pages["https://rdap.test/domain/board.example"] = ScriptedFetcher::status(503);
    web.pages["https://board.example/.well-known/security.txt"] =
        [](const FetchRequest& request) -> Result<Fetched> {
        Fetched refusal{.url = request.url};
        refusal.status = 503;
        refusal.peer.address = "198.51.100.9";
        return refusal;
    };
    answer("https://arin.test/ip/198.51.100.9",
           R"json({"objectClassName":"ip network","name":"NEW","entities":[{"roles":["abuse"],
"vcardArray":["vcard",[["email",{},"text","abuse@new.test"]]]}]})json");
    const auto seen = look();
    EXPECT_THAT(addresses(seen), ElementsAre("site admin@board.example.test", "network abuse@new.test",
                                             "registrar abuse@names.test", "security_txt sec@board.test",
                                             "abuse abuse@board.example"));
    EXPECT_TRUE(seen.at("cdn").is_null());
    EXPECT_THAT(kept(), HasSubstr("abuse@new.test"));
    web.pages["https://arin.test/ip/198.51.100.9"] = ScriptedFetcher::status(503);
    EXPECT_THAT(addresses(look()), Contains("network abuse@new.test"));
    EXPECT_THAT(kept(), testing::Not(HasSubstr("abuse@edge.test")));
}

// As a version before kept it, with no dates and no address of its own.
TEST_F(ContactLookupTest, AnOldCompleteAnswerGivesWayToWhatCameInPart)
{
    const auto old = R"({"host":"board.example","cdn":null,"complete":true,"contacts":[{"kind":"registrar",
"address":"abuse@stranger.test","name":"","does":"","route":"registrar","source":"RDAP of the name"}]})";
    web.pages["https://rdap.test/domain/board.example"] = ScriptedFetcher::status(503);
    store::NoticeTable table(stores.cases());
    ASSERT_TRUE(table.keep_contact({"board.example", clock.now() - std::chrono::hours(24 * 30), old}));
    (void)look();
    EXPECT_THAT(kept(), HasSubstr("abuse@edge.test"));
    EXPECT_THAT(kept(), testing::Not(HasSubstr("abuse@stranger.test")));
    ASSERT_TRUE(table.keep_contact({"board.example", clock.now() - std::chrono::hours(24 * 3), old}));
    const auto seen = look();
    EXPECT_THAT(addresses(seen), Contains("registrar abuse@stranger.test"));
    for (const auto& row : seen.at("contacts").as_array())
        EXPECT_LE(parse_utc(std::string(row.at("looked_at").as_string())).value(), clock.now());
}

// Registries would be asked at each question.
TEST_F(ContactLookupTest, AHostWithoutHttpsIsAskedAboutInFull)
{
    web.pages["https://board.example/.well-known/security.txt"] = ScriptedFetcher::fails(Errc::unreachable);
    answer("http://board.example/.well-known/security.txt", "Contact: mailto:forged@board.test\n",
           "text/plain");
    const auto seen = look();
    EXPECT_EQ(seen.at("complete"), true) << json::serialize(seen);
    EXPECT_THAT(addresses(seen), ElementsAre("site admin@board.example.test", "registrar abuse@names.test",
                                             "cdn abuse@edge.test", "abuse abuse@board.example"));
}

TEST_F(ContactLookupTest, TheNetworkIsThatOfTheHostWhateverItsSecurityTxtIs)
{
    const std::string place = "https://board.example/.well-known/security.txt";
    const auto answers = [](std::size_t length, const std::string& encoding, Cut cut) {
        return [=](const FetchRequest& request) -> Result<Fetched> {
            Fetched reply{.url = request.url};
            reply.status = 200;
            reply.headers = {{"Content-Type", "text/plain"}, {"Content-Encoding", encoding}};
            reply.body = to_bytes(std::string(length, 'x'));
            reply.cut = cut;
            reply.peer.address = "192.0.2.7";
            return reply;
        };
    };
    const auto has_network = [this] {
        const auto seen = look();
        EXPECT_EQ(seen.at("complete"), true) << json::serialize(seen); // nothing of it was kept from before
        return addresses(seen);
    };
    web.pages[place] = answers(40'000, "", Cut::size);
    EXPECT_THAT(has_network(), Contains("cdn abuse@edge.test")) << "too large";
    web.pages[place] = answers(10, "gzip", Cut::none);
    EXPECT_THAT(has_network(), Contains("cdn abuse@edge.test")) << "encoded";
    answer("https://www.board.example/.well-known/security.txt", "Contact: mailto:sec@www.test\n",
           "text/plain");
    leads_to(place, "https://www.board.example/.well-known/security.txt", "192.0.2.7");
    EXPECT_THAT(has_network(), Contains("cdn abuse@edge.test")) << "elsewhere";
    leads_to(place, "http://board.example/.well-known/security.txt", "192.0.2.7");
    EXPECT_THAT(has_network(), Contains("cdn abuse@edge.test")) << "in clear";
}

TEST_F(ContactLookupTest, WithoutTheAddressOrARegistrysWordItIsNotAll)
{
    const auto good = web.pages;
    web.pages["https://board.example/.well-known/security.txt"] = ScriptedFetcher::fails(Errc::unreachable);
    web.pages["http://board.example/.well-known/security.txt"] = ScriptedFetcher::fails(Errc::unreachable);
    EXPECT_EQ(look().at("complete"), false) << "no address";
    web.pages = good;
    answer("https://ripe.test/ip/192.0.2.7", "<html>");
    EXPECT_EQ(look().at("complete"), false) << "malformed";
    web.pages = good;
    leads_to("https://ripe.test/ip/192.0.2.7", "http://ripe.test/clear");
    EXPECT_EQ(look().at("complete"), false) << "refused";
    web.pages = good;
    web.pages["https://ripe.test/ip/192.0.2.7"] = [](const FetchRequest& request) -> Result<Fetched> {
        Fetched reply{.url = request.url};
        reply.status = 200;
        reply.cut = Cut::size;
        return reply;
    };
    EXPECT_EQ(look().at("complete"), false) << "too large";
    web.pages = good;
    EXPECT_EQ(look().at("complete"), true);
}

} // namespace
} // namespace stillwatch::daemon
