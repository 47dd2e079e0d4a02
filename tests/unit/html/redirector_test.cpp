#include "html/redirector.hpp"
#include "tests/unit/html/links_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Links that only lead away.
namespace stillwatch::html {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string led_to(std::string_view reference)
{
    const auto found = destination_in(reference);
    return found ? (found->is_all ? "" : "also ") + found->address : "";
}

TEST(Redirector, SaysAnAddressInItsQueryInAnyName)
{
    EXPECT_EQ(led_to("/redirect?to=https://b.example/a.jpg"), "https://b.example/a.jpg");
    EXPECT_EQ(led_to("/leave?x=1&whatever=https%3A%2F%2Fb.example%2Fa.jpg%3Fq%3D1%26r%3D2"),
              "https://b.example/a.jpg?q=1&r=2");
    EXPECT_EQ(led_to("away.php?to=https%253A%252F%252Fb.example%252Fa"), "https://b.example/a");
    EXPECT_EQ(led_to("https://anonym.example/?https://b.example/a?x=1&y=2"), "https://b.example/a?x=1&y=2");
    EXPECT_EQ(led_to("//out.example/l.php?h=A&u=http%3a%2f%2fb.example%2f"), "http://b.example/");
    EXPECT_EQ(led_to("/go?url=%68%74%74%70://b.example/a"), "http://b.example/a");
}

TEST(Redirector, SaysAnAddressInBase64)
{
    EXPECT_EQ(led_to("/redirect/?to=aHR0cHM6Ly9iLmV4YW1wbGUvYS5qcGc&e=1&m=b64"), "https://b.example/a.jpg");
    EXPECT_EQ(led_to("/goto/link-confirmation?url=aHR0cHM6Ly9iLmV4YW1wbGUvYT94PTE%3D&s=0123"),
              "https://b.example/a?x=1");
    EXPECT_EQ(led_to("/redirect.php?aHR0cHM6Ly9iLmV4YW1wbGUvYT94PTE="), "https://b.example/a?x=1");
    EXPECT_EQ(led_to("/r?s=aHR0cHM6Ly9iLmV4YW1wbGUvP349fn5-Pz8_"), "https://b.example/?~=~~~???");
    EXPECT_EQ(led_to("/r?s=aHR0cHM6Ly9iLmV4YW1wbGUvP349fn5+Pz8/"), "https://b.example/?~=~~~???");
    EXPECT_EQ(led_to("/r?s=YUhSMGNITTZMeTlpTG1WNFlXMXdiR1V2WVM1cWNHYz0="), "https://b.example/a.jpg");
}

TEST(Redirector, SaysAPathOrAnObjectInBase64)
{
    EXPECT_EQ(led_to("/go.php?u=L3AvYS5qcGc="), "also /p/a.jpg");
    EXPECT_EQ(led_to("/go.php?u=Ly9iLmV4YW1wbGUvYS5qcGc="), "also //b.example/a.jpg");
    EXPECT_EQ(led_to("/go.php?u=eyJ1cmwiOiAiaHR0cHM6XC9cL2IuZXhhbXBsZVwvYS5qcGcifQ"),
              "https://b.example/a.jpg");
    EXPECT_EQ(led_to("/go.php?token=L3BhIHRoIHdpdGggYmxhbmtz"), ""); // "/pa th with blanks"
    EXPECT_EQ(led_to("/go.php?u=L2E="), "");
}

TEST(Redirector, SaysAnAddressInItsFragment)
{
    EXPECT_EQ(led_to("/leave.html#aHR0cHM6Ly9iLmV4YW1wbGUvYS5qcGc"), "https://b.example/a.jpg");
    EXPECT_EQ(led_to("/leave.html#url=https%3A%2F%2Fb.example%2Fa.jpg"), "https://b.example/a.jpg");
    EXPECT_EQ(led_to("/reader.html#https://b.example/a"), "");
    EXPECT_EQ(led_to("/t/1#post-5"), "");
}

TEST(Redirector, SaysAnAddressInItsPath)
{
    EXPECT_EQ(led_to("/out/https://b.example/a.jpg?x=1"), "https://b.example/a.jpg?x=1");
    EXPECT_EQ(led_to("/out/https:/b.example/a"), "https://b.example/a");
    EXPECT_EQ(led_to("/goto/https%3A%2F%2Fb.example%2Fa.jpg/"), "https://b.example/a.jpg");
    EXPECT_EQ(led_to("/link/aHR0cHM6Ly9iLmV4YW1wbGUvYS5qcGc/"), "https://b.example/a.jpg");
    EXPECT_EQ(led_to("/link/aHR0cHM6Ly9iLmV4YW1wbGUvYS5qcGc.html"), "https://b.example/a.jpg");
}

TEST(Redirector, SaysAnAddressInHexadecimalOrTurnedLetters)
{
    EXPECT_EQ(led_to("/r?h=68747470733a2f2f622e6578616d706c652f61"), "https://b.example/a");
    EXPECT_EQ(led_to("/r?u=uggcf://o.rknzcyr/n"), "https://b.example/a");
}

TEST(Redirector, TheWayBackIsNoRedirect)
{
    EXPECT_EQ(led_to("/login?return=https://a.example/t/1"), "also https://a.example/t/1");
    EXPECT_EQ(led_to("/sign-in/?next=https%3A%2F%2Fa.example%2F"), "also https://a.example/");
    EXPECT_EQ(led_to("/photo/5?ref=https://a.example/list"), "also https://a.example/list");
}

TEST(Redirector, OrdinaryAddressesAreNone)
{
    for (const auto* reference :
         {"https://b.example/http", "/http/1", "/thread?title=https", "/a?x=http%3A", "/t?u=aHR0cHM",
          "?q=https://", "/p/68747470", "http://b.example/?s=http", "/r?to=/local/path",
          "/r?to=ftp://b.example/x", "", "/r?u=aHR0cHM6Ly9bYmFkL2Fh"})
        EXPECT_EQ(led_to(reference), "") << reference;
}

TEST(Redirector, LinksAreTakenForWhatTheyLeadTo)
{
    EXPECT_THAT(
        links_of("<a href='/r?to=https://b.example/t/1'>1</a><a href='/r?to=https://b.example/1.jpg'>2</a>"
                 "<area href='/r?to=https://b.example/t/2'>https://o.example/?https://b.example/t/3 "
                 "<b data-href='/r?to=https://b.example/t/4'></b>"
                 "<a href='/login?return=https://b.example/t/5'>5</a>"),
        ElementsAre("a_href page https://b.example/t/1", "a_href image https://b.example/1.jpg",
                    "a_href page https://b.example/t/2", "text page https://b.example/t/3",
                    "a_href page https://b.example/t/5",
                    "a_href page http://a.example/login?return=https://b.example/t/5",
                    "control page https://b.example/t/4"));
}

TEST(Redirector, PicturesAndFramesKeepTheirOwnAddress)
{
    EXPECT_THAT(
        links_of(
            "<img src='/p?u=https://b.example/1.jpg'><iframe src='/player?u=https://b.example/2'></iframe>"),
        ElementsAre("img_src image http://a.example/p?u=https://b.example/1.jpg",
                    "iframe page http://a.example/player?u=https://b.example/2"));
}

TEST(Redirector, AThumbnailIsOneItemWithWhatItsRedirectorLeadsTo)
{
    const auto page = page_of("<a href='/r?to=aHR0cHM6Ly9iLmV4YW1wbGUvYS5qcGc'><img src=t.jpg></a>");
    ASSERT_EQ(page.links.size(), 2U);
    EXPECT_EQ(page.links[0].url, "https://b.example/a.jpg");
    EXPECT_EQ(page.links[0].item, 1);
    EXPECT_EQ(page.links[1].item, 1);
}

TEST(Redirector, HostileAddressesEnd)
{
    std::string markup;
    for (int i = 0; i < 500; ++i) {
        markup += "<a href='/";
        for (int part = 0; part < 400; ++part)
            markup += "/aHR0cHM6Ly9b";
        markup += "'>";
    }
    EXPECT_LE(links_of(markup).size(), 1U);
}

} // namespace
} // namespace stillwatch::html
