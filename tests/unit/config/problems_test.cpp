#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace stillwatch::config {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

// `minimal` takes five lines, so what a test adds begins in line 6.

TEST(ConfigProblems, AreNamedWithFileAndLine)
{
    const auto outcome = load_text(minimal + "[fetch]\nconnect = 10\n");
    ASSERT_THAT(outcome.problems, SizeIs(1));
    EXPECT_FALSE(outcome.config.has_value());
    EXPECT_EQ(to_string(outcome.problems[0]),
              "/etc/stillwatch/stillwatch.toml:7: fetch.connect: expected a duration "
              "such as \"10s\", found a whole number");
    EXPECT_EQ(outcome.problems[0].column, 11);
}

TEST(ConfigProblems, UnknownKeysComeWithAGuess)
{
    EXPECT_THAT(problems_of("[fetch]\nconect = \"1s\"\n"),
                ElementsAre("7: unknown key \"conect\" in [fetch], did you mean \"connect\"?"));
    EXPECT_THAT(problems_of("[fetch]\nzzzzzzzzz = 1\n"),
                ElementsAre("7: unknown key \"zzzzzzzzz\" in [fetch]"));
    EXPECT_THAT(problems_of("[fetsh]\nconnect = \"1s\"\n"),
                ElementsAre("6: unknown section [fetsh], did you mean [fetch]?"));
}

TEST(ConfigProblems, AllAreToldAtOnceInOrderOfLines)
{
    EXPECT_THAT(problems_of("[workers]\ncount = -1\nmemory_mb = \"much\"\n[log]\nlevel = \"loud\"\n"),
                ElementsAre("7: workers.count: -1 is outside 0 to 256",
                            "8: workers.memory_mb: expected a whole number, found text",
                            "10: log.level: \"loud\" is none of debug, info, warn, error"));
}

TEST(ConfigProblems, WhatIsNoTomlIsToldWithItsLine)
{
    const auto lines = problems_of("[fetch\n");
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0], testing::StartsWith("6: "));
    EXPECT_THAT(problems_of("[log]\nlevel = \"info\"\nlevel = \"info\"\n"), SizeIs(1));
}

TEST(ConfigProblems, LettersOfOtherScriptsOutsideOfTextsAreNoToml)
{
    for (const auto* text : {"[größe]\n", "größe = 1\n", "[log]\nlevel = ü\n", "Ў\n", "\u00a0x = 1\n"})
        EXPECT_THAT(problems_of(text), SizeIs(1)) << text;
    EXPECT_THAT(problems_of("# größe\n"), SizeIs(0));
}

TEST(ConfigProblems, RequiredKeysAreMissed)
{
    const auto outcome = load_text("");
    std::string all;
    for (const auto& problem : outcome.problems)
        all += to_string(problem) + "\n";
    EXPECT_THAT(all, HasSubstr("organisation.name: missing"));
    EXPECT_THAT(all, HasSubstr("organisation.contact: missing"));
    EXPECT_THAT(all, HasSubstr("evidence.recipients: missing"));
}

TEST(ConfigProblems, SeedsMustLieInTheScope)
{
    EXPECT_THAT(problems_of("[[site]]\nname = \"s\"\nseeds = [\"http://a.example/\",\n "
                            "\"http://b.example:81/\"]\nhosts = [\"a.example\", \"b.example\"]\n"),
                ElementsAre("9: site.seeds: b.example:81 is not among the hosts of this site"));
}

TEST(ConfigProblems, BadHostsAndSeedsAreNamed)
{
    EXPECT_THAT(
        problems_of(
            "[[site]]\nname = \"s\"\nseeds = [\"ftp://a.example/\"]\nhosts = [\"http://a.example\"]\n"),
        ElementsAre(HasSubstr("8: site.seeds: \"ftp://a.example/\" is no http(s) address"),
                    HasSubstr("9: site.hosts: \"http://a.example\" is no HOST or HOST:PORT")));
    EXPECT_THAT(
        problems_of("[[site]]\nname = \"s\"\nseeds = [\"http://a.example/\"]\nhosts = [\"a.example:443\"]\n"),
        SizeIs(1));
}

TEST(ConfigProblems, NamesAndHostsBelongToOneSiteOnly)
{
    const std::string site =
        "[[site]]\nname = \"s\"\nseeds = [\"http://a.example/\"]\nhosts = [\"a.example\"]\n";
    EXPECT_THAT(problems_of(site + site),
                ElementsAre("11: site.name: \"s\" is taken by line 6",
                            "13: site.hosts: \"a.example\" is in the scope of site \"s\" already"));
}

TEST(ConfigProblems, TheMannerOfAskingIsChecked)
{
    const auto with = [](const std::string& line, const std::string& host = "s.example") {
        return problems_of("[[site]]\nname = \"s\"\nseeds = [\"http://" + host + "/\"]\nhosts = [\"" + host +
                           "\"]\n" + line + "\n");
    };
    for (const auto* bad : {"cookies = [\"age 18\"]",
                            "cookies = [\"a=1; b=2\"]",
                            "headers = [\"Cookie: a=1\"]",
                            "headers = [\"X\"]",
                            "headers = [\"host: other.example\"]",
                            "headers = [\"User-Agent: Mozilla\"]",
                            "headers = [\"Authorization: x\"]",
                            "proxy = \"socks5://127.0.0.1:9050\"",
                            "proxy = \"http://127.0.0.1:8080\"",
                            "proxy = \"socks5h://127.0.0.1\"",
                            "proxy = \"socks5h://u:p@127.0.0.1:9050\"",
                            "tls_errors = \"ignore\"",
                            "cookie_jar = \"all\"",
                            "referer = \"\"",
                            "videos = \"all\"",
                            "contact_note = \"a (b)\"",
                            "abuse_contact = \"nobody\"",
                            "paths = [\"gallery\"]",
                            "excluded_paths = [\"/a b\"]",
                            "max_pages_per_day = 0",
                            "max_bytes_per_day = 1",
                            "revisit_max = \"10m\"",
                            "robots_reason = \"none\""}) {
        const auto problems = with(bad);
        ASSERT_THAT(problems, SizeIs(1)) << bad;
        EXPECT_THAT(problems[0], testing::StartsWith("10: ")) << bad;
    }
    EXPECT_THAT(with("", "abc.onion"), ElementsAre(HasSubstr("site.proxy: missing")));
}

TEST(ConfigProblems, WhatStandsInNoticesIsChecked)
{
    for (const auto* bad : {"language = \"english\"", "country = \"a b\"", "follow_up = \"-1d\"",
                            "warn_before = \"1y\"", "law = 1"})
        EXPECT_THAT(problems_of(std::string("[notices]\n") + bad + "\n"), SizeIs(1)) << bad;
    EXPECT_THAT(problems_of("[notices]\nlanguage = \"fr\"\ncountry = \"scotland\"\nfollow_up = \"0s\"\n"),
                IsEmpty());
}

TEST(ConfigProblems, AProxyLooksNamesUpOnlyWhereTheSiteSaysSo)
{
    const auto with = [](const std::string& hosts, const std::string& lines) {
        return problems_of("[[site]]\nname = \"s\"\nseeds = [\"http://abc.onion/\"]\nhosts = [\"abc.onion\"" +
                           hosts + "]\n" + lines);
    };
    const std::string proxy = "proxy = \"socks5h://127.0.0.1:9050\"\n";
    EXPECT_THAT(with("", proxy), IsEmpty());
    EXPECT_THAT(with(", \"abc.onion:8080\", \"93.184.216.34\"", proxy), IsEmpty());
    EXPECT_THAT(
        with(", \"img.example\"", proxy),
        ElementsAre(HasSubstr("site.proxy_resolves_names: missing: img.example is no onion service")));
    EXPECT_THAT(with(", \"img.example\"", proxy + "proxy_resolves_names = true\n"), IsEmpty());
    EXPECT_THAT(
        problems_of("[[site]]\nname = \"s\"\nseeds = [\"http://a.example/\"]\nhosts = [\"a.example\"]\n"
                    "proxy_resolves_names = true\n"),
        ElementsAre(HasSubstr("site.proxy_resolves_names: stands only with proxy")));
}

TEST(ConfigProblems, OnePictureMayNotFillHalfOfWhatBodiesMayHold)
{
    EXPECT_THAT(problems_of("[fetch]\nmax_image_bytes = 200_000_000\n"),
                ElementsAre(HasSubstr(
                    "fetch.max_bytes_in_flight: less than twice what one picture, page or video may have")));
    EXPECT_THAT(problems_of("[fetch]\nmax_image_bytes = 200_000_000\nmax_bytes_in_flight = 400_000_000\n"),
                IsEmpty());
}

TEST(ConfigProblems, DeniedNetworksMayNotCloseEverything)
{
    EXPECT_THAT(problems_of("[network]\ndenied_networks = [\"0.0.0.0/0\", \"10.1.2.3\"]\n"), SizeIs(2));
}

TEST(ConfigProblems, SingleBracketsAreExplained)
{
    EXPECT_THAT(problems_of("[site]\nname = \"s\"\n"), ElementsAre(HasSubstr("with two brackets")));
    EXPECT_THAT(problems_of("[[fetch]]\nconnect = \"1s\"\n"),
                ElementsAre(HasSubstr("expected a section [fetch]")));
}

TEST(ConfigProblems, KeysOfTheOtherKindAreToldApart)
{
    EXPECT_THAT(
        problems_of("[[channel]]\nname = \"w\"\nkind = \"webhook\"\nurl = \"https://hooks.example/\"\n"
                    "secret_file = \"credential:x\"\nserver = \"smtps://mail.example\"\n"),
        ElementsAre("11: channel.server: belongs to kind \"email\""));
}

TEST(ConfigProblems, MailServerFormsAreChecked)
{
    const auto with_server = [](const std::string& server) {
        return problems_of(
            "[[channel]]\nname = \"d\"\nkind = \"email\"\nto = [\"d@e.example\"]\nserver = \"" + server +
            "\"\n");
    };
    for (const auto* good :
         {"smtps://mail.example", "smtps://mail.example:465", "smtp://127.0.0.1:2525", "smtp://[::1]:25"})
        EXPECT_THAT(with_server(good), SizeIs(0)) << good;
    for (const auto* bad : {"mail.example", "https://mail.example", "smtps://", "smtps://u:p@mail.example",
                            "smtps://mail.example/x"})
        EXPECT_THAT(with_server(bad), SizeIs(1)) << bad;
}

TEST(ConfigProblems, RecipientsAreJudgedByTheCaller)
{
    LoadOptions options{FileChecks::no};
    options.recipient_problem = [](std::string_view text) -> std::optional<std::string> {
        if (text == "age1good") return std::nullopt;
        return "bad checksum";
    };
    const auto text = "[organisation]\nname = \"E\"\ncontact = \"desk@e.example\"\n[evidence]\nrecipients = "
                      "[\"age1good\", \"age1bad\", \"AGE\"]\n";
    const auto outcome = parse_config(text, "x.toml", options);
    ASSERT_THAT(outcome.problems, SizeIs(2));
    EXPECT_EQ(outcome.problems[0].message, "evidence.recipients: \"age1bad\": bad checksum");
    EXPECT_EQ(outcome.problems[1].message,
              "evidence.recipients: \"AGE\": an age recipient begins with \"age1\"");
}

TEST(ConfigProblems, ControlCharactersNeverReachAMessage)
{
    for (const auto& line : problems_of("[log]\nlevel = \"a\\u001b[31m\"\n\"k\\ney\" = 1\n")) {
        EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
        EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    }
    EXPECT_THAT(problems_of("[organisation2]\n\"a\\nb\" = 1\n"), SizeIs(1));
}

TEST(ConfigProblems, MissingFilesAreNamed)
{
    const auto text = minimal +
                      "[network]\nca_file = \"no-such.pem\"\n[[channel]]\nname = \"w\"\nkind = \"webhook\"\n"
                      "url = \"https://hooks.example/\"\nsecret_file = \"no-such-secret\"\n";
    const auto outcome = parse_config(text, "/nowhere/stillwatch.toml");
    ASSERT_THAT(outcome.problems, SizeIs(2));
    EXPECT_EQ(to_string(outcome.problems[0]),
              "/nowhere/stillwatch.toml:7: network.ca_file: /nowhere/no-such.pem is missing or unreadable");
    EXPECT_THAT(outcome.problems[1].message,
                HasSubstr("channel.secret_file: /nowhere/no-such-secret: No such file"));
}

TEST(ConfigProblems, MissingConfigurationIsOneProblem)
{
    const auto outcome = load_config("/nowhere/stillwatch.toml");
    ASSERT_THAT(outcome.problems, SizeIs(1));
    EXPECT_EQ(to_string(outcome.problems[0]), "/nowhere/stillwatch.toml: No such file or directory");
}

TEST(ConfigProblems, OrganisationMustFitIntoTheUserAgent)
{
    const auto outcome = load_text("[organisation]\nname = \"A (B)\"\ncontact = "
                                   "\"x@e.example\"\n[evidence]\nrecipients = [\"age1x\"]\n");
    ASSERT_THAT(outcome.problems, SizeIs(1));
    EXPECT_THAT(outcome.problems[0].message, HasSubstr("organisation.name"));
}

TEST(ConfigProblems, MetricsListenOnLoopbackOnly)
{
    EXPECT_THAT(problems_of("[metrics]\nlisten = \"0.0.0.0:9464\"\n"), SizeIs(1));
    EXPECT_THAT(problems_of("[metrics]\nlisten = \"127.0.0.1:99999\"\n"), SizeIs(1));
    EXPECT_THAT(problems_of("[metrics]\nlisten = \"[::1]:9464\"\n"), SizeIs(0));
}

TEST(ConfigProblems, SocketPathMustFitTheAddressOfASocket)
{
    EXPECT_THAT(problems_of("[control]\nsocket = \"/" + std::string(120, 'a') + "\"\n"),
                ElementsAre(HasSubstr("longer than 107 bytes")));
}

} // namespace
} // namespace stillwatch::config
