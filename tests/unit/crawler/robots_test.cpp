#include "crawler/robots/robots.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stillwatch::crawler {

namespace {

struct Case {
    const char* name;
    std::string body;
    const char* target;
    bool allowed;
};

void PrintTo(const Case& c, std::ostream* out)
{
    *out << c.name << ' ' << c.target;
}

class RobotsTable : public testing::TestWithParam<Case> {};

TEST_P(RobotsTable, Decides)
{
    const auto& c = GetParam();
    EXPECT_EQ(RobotsRules::parse(c.body, "Stillwatch").allows(c.target).allowed, c.allowed);
}

const std::string fish_folder = "user-agent: stillwatch\ndisallow: /\nallow: /fish/\n";
const std::string php_anywhere = "user-agent: stillwatch\ndisallow: /\nallow: /*.php\n";
const std::string php_at_end = "user-agent: stillwatch\ndisallow: /\nallow: /*.php$\n";
const std::string three_groups = "allow: /outside/\n\nuser-agent: stillwatch\ndisallow: /\nallow: /x/\n"
                                 "user-agent: other\ndisallow: /\nallow: /y/\n\nuser-agent: third\n\n"
                                 "user-agent: Stillwatch\nallow: /z/\ndisallow: /\n";

INSTANTIATE_TEST_SUITE_P(
    Groups, RobotsTable,
    testing::Values(
        Case{"nothing written", "", "/x", true},
        Case{"own group", "user-agent: stillwatch\ndisallow: /\n", "/x", false},
        Case{"token in capitals", "USER-AGENT: STILLWATCH\nDISALLOW: /\n", "/x", false},
        Case{"group of everybody", "user-agent: *\ndisallow: /\n", "/x", false},
        Case{"star with more words is everybody", "user-agent: * all\ndisallow: /\n", "/x", false},
        Case{"star glued to a word is nobody", "user-agent: *all\ndisallow: /\n", "/x", true},
        Case{"somebody else", "user-agent: other\ndisallow: /\n", "/x", true},
        Case{"a longer name is somebody else", "user-agent: stillwatcher\ndisallow: /\n", "/x", true},
        Case{"a version after the name", "user-agent: stillwatch/2.1\ndisallow: /\n", "/x", false},
        Case{"words after the name", "user-agent: stillwatch pictures\ndisallow: /\n", "/x", false},
        Case{"own group beats everybody",
             "user-agent: *\ndisallow: /x\nuser-agent: stillwatch\ndisallow: /y\n", "/x", true},
        Case{"an empty own group beats everybody", "user-agent: *\ndisallow: /\n\nuser-agent: stillwatch\n",
             "/x", true},
        Case{"one group for several", "user-agent: other\nuser-agent: stillwatch\ndisallow: /\n", "/x",
             false},
        Case{"blank lines do not end a group", "user-agent: stillwatch\n\n\ndisallow: /\n", "/x", false},
        Case{"a sitemap does not end a group", "user-agent: stillwatch\nsitemap: /s\ndisallow: /\n", "/x",
             false},
        Case{"rules before any group", three_groups, "/outside/", false},
        Case{"first of two own groups", three_groups, "/x/b", true},
        Case{"second of two own groups", three_groups, "/z/d", true},
        Case{"the group between", three_groups, "/y/c", false}));

INSTANTIATE_TEST_SUITE_P(
    Lines, RobotsTable,
    testing::Values(
        Case{"carriage returns", "user-agent: stillwatch\rdisallow: /x\r", "/x", false},
        Case{"both line ends", "user-agent: stillwatch\r\ndisallow: /x\r\n", "/x", false},
        Case{"no end of the last line", "user-agent: stillwatch\ndisallow: /x", "/x", false},
        Case{"byte order mark", "\xEF\xBB\xBFuser-agent: stillwatch\ndisallow: /x\n", "/x", false},
        Case{"half a byte order mark", "\xEF\xBBuser-agent: stillwatch\ndisallow: /x\n", "/x", false},
        Case{"byte order mark later is rubbish",
             "user-agent: stillwatch\n\xEF\xBB\xBF"
             "disallow: /x\n",
             "/x", true},
        Case{"comment", "user-agent: stillwatch # us\ndisallow: /x # there\n#disallow: /y\n", "/x", false},
        Case{"commented out", "user-agent: stillwatch\n#disallow: /y\n", "/y", true},
        Case{"a comment ends the pattern", "user-agent: stillwatch\ndisallow: /quz#qux\n", "/quz", false},
        Case{"no colon", "user-agent stillwatch\ndisallow /x\n", "/x", false},
        Case{"no colon and too many words", "user-agent stillwatch\ndisallow /x now\n", "/x", true},
        Case{"misspelt", "user-agent: stillwatch\ndissallow: /x\n", "/x", false},
        Case{"misspelt otherwise", "useragent: stillwatch\ndisalow: /x\n", "/x", false},
        Case{"unknown words", "foo: stillwatch\nbar: /\n", "/x", true},
        Case{"blanks around", "  user-agent \t: stillwatch \n\tdisallow :\t/x \n", "/x", false},
        Case{"an empty rule is none", "user-agent: stillwatch\ndisallow:\n", "/x", true},
        Case{"a page is no robots.txt", "<!doctype html>\n<p>disallow: /\n", "/x", true}));

INSTANTIATE_TEST_SUITE_P(
    Matching, RobotsTable,
    testing::Values(
        Case{"longest wins for disallow", "user-agent: *\ndisallow: /x/page.html\nallow: /x/\n",
             "/x/page.html", false},
        Case{"longest wins for allow", "user-agent: *\nallow: /x/page.html\ndisallow: /x/\n", "/x/page.html",
             true},
        Case{"and not elsewhere", "user-agent: *\nallow: /x/page.html\ndisallow: /x/\n", "/x/", false},
        Case{"allow wins a tie", "user-agent: *\ndisallow: /folder\nallow: /folder\n", "/folder/page", true},
        Case{"length counts the star", "user-agent: *\nallow: /page\ndisallow: /*.htm\n", "/page.htm", false},
        Case{"dot makes it longer", "user-agent: *\nallow: /x/page.\ndisallow: /*.html\n", "/x/page.html",
             true},
        Case{"root only", "user-agent: *\nallow: /$\ndisallow: /\n", "/", true},
        Case{"root only, a page", "user-agent: *\nallow: /$\ndisallow: /\n", "/page", false},
        Case{"capitals differ", "user-agent: *\ndisallow: /X/\n", "/x/y", true},
        Case{"prefix", "user-agent: *\ndisallow: /fish\n", "/fishheads/yummy.html", false},
        Case{"prefix with query", "user-agent: *\ndisallow: /fish\n", "/fish.html?id=any", false},
        Case{"not in the middle", "user-agent: *\ndisallow: /fish\n", "/catfish", true},
        Case{"not in the query", "user-agent: *\ndisallow: /fish\n", "/?id=fish", true},
        Case{"a star at the end is nothing", "user-agent: *\ndisallow: /fish*\n", "/fish", false},
        Case{"folder", fish_folder, "/fish/salmon", true},
        Case{"folder with query", fish_folder, "/fish/?id=1", true},
        Case{"not the folder", fish_folder, "/fish", false},
        Case{"not a file", fish_folder, "/fish.html", false},
        Case{"star", php_anywhere, "/folder/any.php.file.html", true},
        Case{"star, query", php_anywhere, "/index?f=a.php/", true},
        Case{"star, needs the dot", php_anywhere, "/index?php", false},
        Case{"star, capitals", php_anywhere, "/windows.PHP", false},
        Case{"end", php_at_end, "/folder/filename.php", true},
        Case{"end, query", php_at_end, "/filename.php?p", false},
        Case{"end, slash", php_at_end, "/filename.php/", false},
        Case{"end, longer", php_at_end, "/filename.php5", false},
        Case{"star between", "user-agent: *\ndisallow: /fish*.php\n", "/fishheads/catfish.php?p", false},
        Case{"end twice the same", "user-agent: *\ndisallow: /*a$\n", "/aba", false},
        Case{"head and end may not overlap", "user-agent: *\ndisallow: /ab*ba$\n", "/aba", true},
        Case{"index.html is its folder", "user-agent: *\nallow: /in/index.html\ndisallow: /\n", "/in/", true},
        Case{"index.html is itself", "user-agent: *\nallow: /in/index.html\ndisallow: /\n", "/in/index.html",
             true},
        Case{"not other files", "user-agent: *\nallow: /in/index.html\ndisallow: /\n", "/in/other.html",
             false},
        Case{"robots.txt is always open", "user-agent: *\ndisallow: /\n", "/robots.txt", true},
        Case{"a rule without slash matches nothing", "user-agent: *\ndisallow: x\n", "/x", true}));

INSTANTIATE_TEST_SUITE_P(
    Encoding, RobotsTable,
    testing::Values(
        Case{"bytes written plainly", "user-agent: *\ndisallow: /\xE3\x83\x84\n", "/%E3%83%84", false},
        Case{"lower-case digits", "user-agent: *\ndisallow: /%e3%83%84\n", "/%E3%83%84", false},
        Case{"letters that need no encoding", "user-agent: *\ndisallow: /%62%61%7A\n", "/baz", false},
        Case{"the same in the address", "user-agent: *\ndisallow: /baz\n", "/%62az", false},
        Case{"a slash is not its encoding", "user-agent: *\ndisallow: /a%2Fb\n", "/a/b", true},
        Case{"an encoded star is a star", "user-agent: *\ndisallow: /a-%2A.html\n", "/a-*.html", false},
        Case{"and nothing else", "user-agent: *\ndisallow: /a-%2A.html\n", "/a-b.html", true},
        Case{"an encoded dollar is a dollar", "user-agent: *\ndisallow: /foo-%24\n", "/foo-$bar", false},
        Case{"a dollar in the middle is a dollar", "user-agent: *\ndisallow: /a$b\n", "/a$b", false},
        Case{"a percent sign alone", "user-agent: *\ndisallow: /100%\n", "/100%", false}));

TEST(Robots, NamesTheDecidingLine)
{
    const auto rules =
        RobotsRules::parse("user-agent: *\r\n\r\ndisallow: /x\r\nallow: /x/y\r\n", "Stillwatch");
    EXPECT_EQ(rules.allows("/x/z"), (RobotsDecision{false, 3, "Disallow: /x"}));
    EXPECT_EQ(rules.allows("/x/y"), (RobotsDecision{true, 4, "Allow: /x/y"}));
    EXPECT_EQ(rules.allows("/q"), RobotsDecision{});
}

TEST(Robots, KeepsCrawlDelayOfTheGroupInForce)
{
    EXPECT_EQ(RobotsRules::parse("user-agent: *\ncrawl-delay: 2.5\n", "Stillwatch").crawl_delay(),
              std::chrono::milliseconds(2500));
    const auto both = "user-agent: *\ncrawl-delay: 9\ndisallow: /x\nuser-agent: stillwatch\ncrawl-delay: 3\n";
    EXPECT_EQ(RobotsRules::parse(both, "Stillwatch").crawl_delay(), std::chrono::seconds(3));
    for (const auto* odd : {"-1", "nan", "soon", "", "0"})
        EXPECT_EQ(RobotsRules::parse(std::string("user-agent: *\ncrawl-delay: ") + odd, "Stillwatch")
                      .crawl_delay()
                      .count(),
                  0)
            << odd;
    EXPECT_EQ(RobotsRules::parse("user-agent: *\ncrawl-delay: 1000000000000\n", "Stillwatch").crawl_delay(),
              std::chrono::hours(24));
}

TEST(Robots, KeepsSitemapsOfTheWholeFile)
{
    const auto rules = RobotsRules::parse(
        "Sitemap: https://a.example/1.xml\nuser-agent: other\nsite-map: /2.xml\n", "Stillwatch");
    EXPECT_EQ(rules.sitemaps(), (std::vector<std::string>{"https://a.example/1.xml", "/2.xml"}));
}

TEST(Robots, IgnoresWhatFollows500KiB)
{
    std::string body = "user-agent: *\ndisallow: /before\n";
    body += std::string(RobotsRules::max_body_bytes, '#') + "\ndisallow: /after\n";
    const auto rules = RobotsRules::parse(body, "Stillwatch");
    EXPECT_FALSE(rules.allows("/before").allowed);
    EXPECT_TRUE(rules.allows("/after").allowed);
}

TEST(Robots, CutsLongLines)
{
    const std::string pattern = "/x/" + std::string(RobotsRules::max_line_bytes, 'a');
    const auto rules = RobotsRules::parse("user-agent: *\ndisallow: " + pattern + "/qux\n", "Stillwatch");
    EXPECT_TRUE(rules.allows("/x/").allowed);
    EXPECT_FALSE(rules.allows(pattern + "/fux").allowed);
}

} // namespace

} // namespace stillwatch::crawler
