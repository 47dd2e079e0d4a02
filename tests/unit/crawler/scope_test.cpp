#include "crawler/scope.hpp"

#include "crawler/robots/robots_pattern.hpp"

#include <gtest/gtest.h>

namespace stillwatch::crawler {

namespace {

SiteRules board()
{
    SiteRules site;
    site.name = "board";
    site.hosts = {"board.example", "img.board.example:8443", "tineye.com"};
    return site;
}

ScopeReason reason(std::string_view url, LinkKind kind = LinkKind::page, int depth = 0)
{
    return check_scope(board(), Url::parse(url).value(), kind, depth).reason;
}

std::string repeated(std::string_view text, int times)
{
    std::string out;
    for (int i = 0; i < times; ++i)
        out += text;
    return out;
}

TEST(Scope, IsAnAllowListOfHosts)
{
    EXPECT_EQ(reason("https://board.example/t/1"), ScopeReason::in_scope);
    EXPECT_EQ(reason("http://board.example/t/1"), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://BOARD.example:443/"), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example:8443/"), ScopeReason::off_site);
    EXPECT_EQ(reason("https://img.board.example:8443/a.jpg"), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://img.board.example/a.jpg"), ScopeReason::off_site);
    EXPECT_EQ(reason("https://board.example.evil.example/"), ScopeReason::off_site);
    EXPECT_EQ(reason("https://www.board.example/"), ScopeReason::off_site);
}

TEST(Scope, AHostWithItsSchemesPortIsThatSchemeOnly)
{
    auto site = board();
    site.hosts = {"board.example:443"};
    EXPECT_TRUE(check_scope(site, Url::parse("https://board.example/").value(), LinkKind::page, 0).follow);
    EXPECT_FALSE(check_scope(site, Url::parse("http://board.example/").value(), LinkKind::page, 0).follow);
}

TEST(Scope, DeniesSearchTranslationArchivesAndSharingEvenInScope)
{
    for (const auto* url :
         {"https://tineye.com/search?url=x", "https://www.tineye.com/", "https://saucenao.com/search.php",
          "https://lens.google.com/uploadbyurl", "https://www.google.com/searchbyimage?image_url=x",
          "https://www.google.co.uk/searchbyimage", "https://yandex.ru/images/search",
          "https://translate.google.de/", "https://board-example.translate.goog/",
          "https://web.archive.org/save/x", "https://archive.ph/x",
          "https://www.facebook.com/sharer/sharer.php", "https://twitter.com/intent/tweet",
          "https://t.me/share/url"})
        EXPECT_EQ(reason(url), ScopeReason::denied_host) << url;
}

TEST(Scope, DoesNotDenyNamesThatOnlyLookSimilar)
{
    for (const auto* url :
         {"https://nottineye.com/", "https://google.com.board.example/searchbyimage", "https://t.me/channel",
          "https://www.google.com/maps", "https://archive.phone.example/"})
        EXPECT_FALSE(is_denied(Url::parse(url).value())) << url;
}

TEST(Scope, BoundsDepthLengthSegmentsAndParameters)
{
    EXPECT_EQ(reason("https://board.example/", LinkKind::page, 20), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example/", LinkKind::page, 21), ScopeReason::too_far);
    EXPECT_EQ(reason("https://board.example/1.jpg", LinkKind::image, 21), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example/1.jpg", LinkKind::image, 22), ScopeReason::too_far);
    EXPECT_EQ(reason("https://board.example/" + std::string(2'100, 'a')), ScopeReason::too_long);
    std::string deep = "https://board.example";
    for (int i = 0; i < 32; ++i)
        deep += "/s" + std::to_string(i);
    EXPECT_EQ(reason(deep), ScopeReason::in_scope);
    EXPECT_EQ(reason(deep + "/x"), ScopeReason::too_many_segments);
    EXPECT_EQ(reason("https://board.example/?a" + repeated("&b=1", 11)), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example/?a" + repeated("&b=1", 12)), ScopeReason::too_many_parameters);
}

TEST(Scope, RefusesSegmentsThatRepeat)
{
    EXPECT_EQ(reason("https://board.example/a/a/x"), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example/a/a/a/x"), ScopeReason::repeated_segments);
    EXPECT_EQ(reason("https://board.example/q/a/b/a/b/a/b"), ScopeReason::repeated_segments);
    EXPECT_EQ(reason("https://board.example/a/1/a/1/a/1"), ScopeReason::repeated_segments);
    EXPECT_EQ(reason("https://board.example/a/b/a/c/a/d"), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example/img/000/000/000/12.jpg", LinkKind::image), ScopeReason::in_scope);
}

TEST(Scope, DoesNotFollowLinksThatDoSomething)
{
    for (const auto* path :
         {"logout", "user/log-out.php", "Sign_Out", "report/12", "post/12/delete", "x?action=delete&id=3",
          "x?do=report", "x?logout", "x?logout=1", "x;a?y=1&mode=vote", "a.jpg?action=delete"})
        EXPECT_EQ(reason("https://board.example/" + std::string(path)), ScopeReason::side_effect) << path;
    for (const auto* path :
         {"reports/2026", "report/a.jpg", "x?action=view", "x?report=monthly", "deleted-scenes"})
        EXPECT_EQ(reason("https://board.example/" + std::string(path)), ScopeReason::in_scope) << path;
}

TEST(Scope, DoesNotFollowPagesWhoseQueryLeadsElsewhere)
{
    EXPECT_EQ(reason("https://board.example/out?to=https://other.example/"), ScopeReason::embedded_address);
    EXPECT_EQ(reason("https://board.example/out?x=1&to=https%3A%2F%2Fother.example%2F"),
              ScopeReason::embedded_address);
    EXPECT_EQ(reason("https://board.example/out?//other.example/"), ScopeReason::embedded_address);
    EXPECT_EQ(reason("https://board.example/login?next=https://board.example/t/1"), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example/resize?url=https%3A%2F%2Fcdn.example%2Fa.jpg", LinkKind::image),
              ScopeReason::in_scope);
}

TEST(Scope, PathsLimitPagesAndExcludedPathsEverything)
{
    SiteRules site;
    site.hosts = {"board.example"};
    site.paths = {comparable_pattern("/gallery/"), comparable_pattern("*.html$")};
    site.excluded_paths = {comparable_pattern("/gallery/old/")};
    const auto reason = [&site](const char* text, LinkKind kind) {
        return check_scope(site, Url::parse(text).value(), kind, 0).reason;
    };
    EXPECT_EQ(reason("https://board.example/gallery/1", LinkKind::page), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example/t/1.html", LinkKind::page), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example/t/1", LinkKind::page), ScopeReason::outside_paths);
    EXPECT_EQ(reason("https://board.example/t/1.html?x=1", LinkKind::page), ScopeReason::outside_paths);
    EXPECT_EQ(reason("https://board.example/files/1.jpg", LinkKind::image), ScopeReason::in_scope);
    EXPECT_EQ(reason("https://board.example/gallery/old/1", LinkKind::page), ScopeReason::excluded_path);
    EXPECT_EQ(reason("https://board.example/gallery/old/1.jpg", LinkKind::image), ScopeReason::excluded_path);
}

} // namespace

} // namespace stillwatch::crawler
