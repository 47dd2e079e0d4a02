#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>

namespace stillwatch::config {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

namespace {

TEST(Config, AbsentKeysKeepTheDefaultsOfTheStructs)
{
    const auto config = loaded("");
    EXPECT_EQ(config.fetch, Fetch{});
    EXPECT_EQ(config.workers, Workers{});
    EXPECT_EQ(config.crawl, Crawl{});
    EXPECT_EQ(config.network, Network{});
    EXPECT_EQ(config.storage, Storage{});
    EXPECT_EQ(config.control, Control{});
    EXPECT_EQ(config.metrics, Metrics{});
    EXPECT_EQ(config.log, Log{});
    EXPECT_TRUE(config.channels.empty());
    EXPECT_TRUE(config.sites.empty());
}

TEST(Config, ValuesAreTakenOver)
{
    const auto config = loaded("[fetch]\nconnect = \"250ms\"\nmax_page_bytes = 1_000_000\n"
                               "[network]\nallowed_private_networks = [\"127.0.0.0/8\"]\n"
                               "denied_networks = [\"93.184.216.34/32\", \"2000::/3\"]\n"
                               "[metrics]\nlisten = \"\"\n[log]\nlevel = \"debug\"\n");
    EXPECT_EQ(config.fetch.connect, 250ms);
    EXPECT_EQ(config.fetch.max_page_bytes, 1'000'000);
    EXPECT_THAT(config.network.allowed_private_networks, ElementsAre("127.0.0.0/8"));
    EXPECT_THAT(config.network.denied_networks, ElementsAre("93.184.216.34/32", "2000::/3"));
    EXPECT_EQ(config.metrics.listen, "");
    EXPECT_EQ(config.log.level, "debug");
}

TEST(Config, PathsCountFromTheDirectoryOfTheFile)
{
    const auto config =
        loaded("[storage]\ndirectory = \"data\"\n[control]\nsocket = \"./run/../control.sock\"\n"
               "[network]\nca_file = \"/elsewhere/ca.pem\"\n");
    EXPECT_EQ(config.storage.directory, "/etc/stillwatch/data");
    EXPECT_EQ(config.evidence.directory, "/etc/stillwatch/data/evidence");
    EXPECT_EQ(config.control.socket, "/etc/stillwatch/control.sock");
    EXPECT_EQ(config.network.ca_file, "/elsewhere/ca.pem");
}

TEST(Config, SiteIsReadWithItsScope)
{
    const auto config = loaded("[crawl]\nmax_depth = 4\n[[site]]\nname = \"board\"\n"
                               "seeds = [\"HTTPS://Board.Example:443/a b\", \"http://127.0.0.1:8080/\"]\n"
                               "hosts = [\"Board.example\", \"127.0.0.1:8080\", \"bücher.example\"]\n"
                               "delay = \"0s\"\nmax_pages = 9\n");
    ASSERT_EQ(config.sites.size(), 1U);
    const auto& site = config.sites.front();
    EXPECT_THAT(site.seeds, ElementsAre("https://board.example/a%20b", "http://127.0.0.1:8080/"));
    EXPECT_THAT(site.hosts, ElementsAre("board.example", "127.0.0.1:8080", "xn--bcher-kva.example"));
    EXPECT_EQ(site.delay, 0ms);
    EXPECT_EQ(site.max_depth, 4);
    EXPECT_EQ(site.max_pages, 9);
    EXPECT_EQ(site.robots, RobotsPolicy::obey);
}

TEST(Config, RobotsAreIgnoredOnlyWithAReasonANameAndAnEnd)
{
    const std::string site =
        "[[site]]\nname = \"s\"\nseeds = [\"http://s.example/\"]\nhosts = [\"s.example\"]\n";
    EXPECT_THAT(
        problems_of(site + "robots = \"ignore\"\n"),
        ElementsAre(
            "6: site.robots_reason: missing: write down why robots.txt is ignored; it goes into the evidence",
            "6: site.robots_decided_by: missing: name who decided that robots.txt is ignored",
            "6: site.robots_until: missing, or no day such as \"2027-01-31\": after it robots.txt is obeyed "
            "again"));
    const std::string ignore =
        "robots = \"ignore\"\nrobots_reason = \"agreed with the operator\"\nrobots_decided_by = \"anna\"\n";
    EXPECT_THAT(problems_of(site + ignore + "robots_until = \"2027-02-30\"\n"), SizeIs(1));
    const auto config = loaded(site + ignore + "robots_until = \"2027-01-31\"\n");
    EXPECT_EQ(config.sites.front().robots, RobotsPolicy::ignore);
    EXPECT_EQ(config.sites.front().robots_decided_by, "anna");
    EXPECT_EQ(config.sites.front().robots_until, parse_utc("2027-02-01T00:00:00Z"));
    EXPECT_THAT(problems_of(site + "robots_until = \"2027-01-31\"\n"),
                ElementsAre("10: site.robots_until: stands only with robots = \"ignore\""));
}

TEST(Config, ASiteIsAskedAsItsSectionSays)
{
    const auto config =
        loaded("[crawl]\nrevisit_min = \"2h\"\n[[site]]\nname = \"s\"\nseeds = "
               "[\"http://abc.onion/\"]\nhosts = [\"abc.onion\"]\n"
               "paths = [\"/gallery/\", \"*.html$\"]\nexcluded_paths = [\"/gallery/old/\"]\n"
               "max_pages_per_day = 7\nmax_bytes_per_day = 2_000_000\nrevisit_max = \"3d\"\n"
               "cookies = [\"age=18\", \"lang=en\"]\ncookies_file = \"secrets/s\"\nheaders = "
               "[\"Accept-Language: en\"]\ncookie_jar = \"none\"\nreferer = \"none\"\nvideos = \"glance\"\n"
               "proxy = \"socks5h://127.0.0.1:9050\"\ntls_errors = \"record\"\ncontact_note "
               "= \"agreed with the admins\"\n");
    ASSERT_EQ(config.sites.size(), 1U);
    const auto& site = config.sites.front();
    EXPECT_THAT(site.paths, ElementsAre("/gallery/", "*.html$"));
    EXPECT_THAT(site.excluded_paths, ElementsAre("/gallery/old/"));
    EXPECT_EQ(site.max_pages_per_day, 7);
    EXPECT_EQ(site.max_bytes_per_day, 2'000'000);
    EXPECT_EQ(site.revisit_min, 2h) << "of [crawl]";
    EXPECT_EQ(site.revisit_max, 72h);
    EXPECT_THAT(site.cookies, ElementsAre("age=18", "lang=en"));
    EXPECT_EQ(site.cookies_file, "/etc/stillwatch/secrets/s");
    EXPECT_THAT(site.headers, ElementsAre("Accept-Language: en"));
    EXPECT_EQ(site.cookie_jar, CookieUse::none);
    EXPECT_EQ(site.referer, RefererUse::none);
    EXPECT_EQ(site.videos, Videos::glance);
    EXPECT_EQ(site.proxy, "socks5h://127.0.0.1:9050");
    EXPECT_FALSE(site.proxy_resolves_names);
    EXPECT_EQ(site.tls_errors, TlsErrors::record);
    EXPECT_EQ(site.contact_note, "agreed with the admins");
}

TEST(Config, EmailChannelGetsASenderFromItsFirstRecipient)
{
    const auto config = loaded(
        "[[channel]]\nname = \"desk\"\nkind = \"email\"\nto = [\"a@helpline.example\", \"b@other.example\"]\n"
        "server = \"smtp://127.0.0.1:2525\"\nuser = \"u\"\npassword_file = \"secrets/mail\"\n");
    ASSERT_EQ(config.channels.size(), 1U);
    EXPECT_EQ(config.channels[0].from, "stillwatch@helpline.example");
    EXPECT_EQ(config.channels[0].password_file, "/etc/stillwatch/secrets/mail");
    EXPECT_THAT(config.channels[0].to, ElementsAre("a@helpline.example", "b@other.example"));
}

TEST(Config, WebhookChannelKeepsTheNameOfACredential)
{
    const auto config =
        loaded("[[channel]]\nname = \"w\"\nkind = \"webhook\"\nurl = \"https://hooks.example/x\"\n"
               "secret_file = \"credential:hook\"\n");
    ASSERT_EQ(config.channels.size(), 1U);
    EXPECT_EQ(config.channels[0].kind, ChannelKind::webhook);
    EXPECT_EQ(config.channels[0].secret_file, "credential:hook");
}

TEST(Config, PlainWebhooksAreOnlyForLoopbackAndAllowedNetworks)
{
    const auto webhook = [](const std::string& url, const std::string& more) {
        return "[[channel]]\nname = \"w\"\nkind = \"webhook\"\nsecret_file = \"credential:w\"\nurl = \"" +
               url + "\"\n" + more;
    };
    EXPECT_TRUE(problems_of(webhook("http://127.0.0.1:99/x", "")).empty());
    EXPECT_TRUE(problems_of(webhook("http://localhost/x", "")).empty());
    EXPECT_TRUE(problems_of(webhook("http://[::1]/x", "")).empty());
    EXPECT_TRUE(
        problems_of(webhook("http://10.1.2.3/x", "allowed_private_networks = [\"10.1.0.0/16\"]\n")).empty());
    EXPECT_THAT(
        problems_of(webhook("http://10.2.2.3/x", "allowed_private_networks = [\"10.1.0.0/16\"]\n")),
        ElementsAre("10: channel.url: must be https unless it is loopback or in allowed_private_networks"));
    EXPECT_THAT(problems_of(webhook("http://hooks.example/x", "")), testing::SizeIs(1));
}

TEST(Config, TimeAuthoritiesStandInTheSectionOfEvidence)
{
    const std::string one =
        "[[evidence.time_authority]]\nurl = \"http://time.example/tsr\"\nroots = \"roots.pem\"\n";
    const auto config = loaded("stamp_every = \"5m\"\n" + one);
    EXPECT_EQ(config.evidence.stamp_every, std::chrono::minutes(5));
    ASSERT_EQ(config.evidence.time_authorities.size(), 1U);
    EXPECT_EQ(config.evidence.time_authorities[0].roots, "/etc/stillwatch/roots.pem");
    EXPECT_THAT(problems_of(one + one), ElementsAre("10: evidence.time_authority.url: named twice"));
    EXPECT_THAT(problems_of("[[evidence.time_authority]]\nurl = \"nowhere\"\n"), testing::SizeIs(2));
    EXPECT_THAT(
        problems_of("time_authority = \"http://time.example/\"\n"),
        ElementsAre(
            "6: evidence.time_authority: expected sections [[evidence.time_authority]], with two brackets"));
}

TEST(Config, APrivateKeyOfEvidenceIsRefusedWhereverItStands)
{
    for (const auto* key : {"AGE-SECRET-KEY-1QQ", "age-secret-key-1qq"}) {
        const auto problems = problems_of(std::string("\n# ours: ") + key + "\n");
        ASSERT_THAT(problems, testing::SizeIs(1));
        EXPECT_THAT(problems[0], testing::StartsWith("7: a private key of age stands here"));
        EXPECT_THAT(problems[0], testing::Not(testing::HasSubstr(key)));
    }
}

} // namespace
} // namespace stillwatch::config
