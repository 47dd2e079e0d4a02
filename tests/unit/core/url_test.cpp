#include "core/url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stillwatch {
namespace {

std::string parsed(std::string_view text)
{
    const auto url = Url::parse(text);
    return url ? url->text() : std::string(name_of(url.error().code));
}

std::string joined(std::string_view base, std::string_view reference)
{
    const auto url = Url::join(Url::parse(base).value(), reference);
    return url ? url->text() : std::string(name_of(url.error().code));
}

struct Case {
    std::string_view input;
    std::string_view expected;
};

void expect_parsed(const std::vector<Case>& cases)
{
    for (const auto& [input, expected] : cases)
        EXPECT_EQ(parsed(input), expected) << input;
}

TEST(Url, SchemeAndHostAreLowerCaseAndTheDefaultPortGoes)
{
    expect_parsed({{"HTTP://Board.EXAMPLE:80/A", "http://board.example/A"},
                   {"https://board.example:443", "https://board.example/"},
                   {"https://board.example:80/", "https://board.example:80/"},
                   {"http://board.example:", "http://board.example/"},
                   {"http://board.example:0008080/", "http://board.example:8080/"}});
}

TEST(Url, FragmentGoesAndQueryStays)
{
    expect_parsed({{"http://a.example/x#y?z", "http://a.example/x"},
                   {"http://a.example?x", "http://a.example/?x"},
                   {"http://a.example/?", "http://a.example/?"},
                   {"http://a.example#f", "http://a.example/"}});
}

TEST(Url, BlanksAndControlsAreRepaired)
{
    expect_parsed({{"  \x01http://a.example/x\r\n ", "http://a.example/x"},
                   {"ht\ntp://a.exa\tmple/x\ny", "http://a.example/xy"},
                   {"http://a.example/x y.jpg", "http://a.example/x%20y.jpg"},
                   {"http://a.example/x\x7f\x01y", "http://a.example/x%7F%01y"}});
}

TEST(Url, BackslashesAndMissingOrExtraSlashesAreRead)
{
    expect_parsed({{"http:\\\\a.example\\b\\c?d\\e", "http://a.example/b/c?d%5Ce"},
                   {"http:a.example/b", "http://a.example/b"},
                   {"http:/a.example/b", "http://a.example/b"},
                   {"http://///a.example/b", "http://a.example/b"}});
}

TEST(Url, CharactersThatRfc3986RefusesAreEscaped)
{
    expect_parsed({{"http://a.example/\xc3\xbc.jpg?\xc3\xbc", "http://a.example/%C3%BC.jpg?%C3%BC"},
                   {"http://a.example/a|b^c`d{e}\"<>", "http://a.example/a%7Cb%5Ec%60d%7Be%7D%22%3C%3E"},
                   {"http://a.example/photo[1].jpg", "http://a.example/photo%5B1%5D.jpg"},
                   {"http://a.example/100%.jpg", "http://a.example/100%25.jpg"},
                   {"http://a.example/%zz%4", "http://a.example/%25zz%254"},
                   {"http://a.example/?a=[1]&b='x'", "http://a.example/?a=%5B1%5D&b=%27x%27"},
                   {"http://a.example/\xff", "http://a.example/%FF"}});
}

TEST(Url, TripletsAreUpperCaseAndUnreservedOnesDecoded)
{
    expect_parsed({{"http://a.example/%7euser/%c3%bc%2f%41?%7e%2b", "http://a.example/~user/%C3%BC%2FA?~%2B"},
                   {"http://a.example/%2541", "http://a.example/%2541"}});
}

TEST(Url, DotSegmentsGo)
{
    expect_parsed({{"http://a.example/b/./c/../d", "http://a.example/b/d"},
                   {"http://a.example/../../b", "http://a.example/b"},
                   {"http://a.example/b/%2e%2E/c", "http://a.example/c"},
                   {"http://a.example/b/..", "http://a.example/"},
                   {"http://a.example/b//../c", "http://a.example/b/c"},
                   {"http://a.example//b//c", "http://a.example//b//c"},
                   {"http://a.example/..//b", "http://a.example//b"}});
}

TEST(Url, Ipv4InAnySpellingIsDotted)
{
    expect_parsed({{"http://127.0.0.1/", "http://127.0.0.1/"},
                   {"http://2130706433/", "http://127.0.0.1/"},
                   {"http://0x7f.1/", "http://127.0.0.1/"},
                   {"http://0177.0.0.01/", "http://127.0.0.1/"},
                   {"http://127.1./", "http://127.0.0.1/"},
                   {"http://1%32%37.0.0.1/", "http://127.0.0.1/"},
                   {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/", "http://127.0.0.1/"},
                   {"http://0x/", "http://0.0.0.0/"}});
}

TEST(Url, HostsThatLookLikeIpv4ButAreNoneAreMalformed)
{
    expect_parsed({{"http://1.2.3.4.5/", "malformed"},
                   {"http://256.1.1.1/", "malformed"},
                   {"http://4294967296/", "malformed"},
                   {"http://a.09/", "malformed"},
                   {"http://1.2.3.08/", "malformed"},
                   {"http://99999999999999999999999/", "malformed"}});
}

TEST(Url, Ipv6IsWrittenShort)
{
    expect_parsed({{"http://[2001:DB8:0:0:0:0:0:1]:8080/", "http://[2001:db8::1]:8080/"},
                   {"http://[::1]", "http://[::1]/"},
                   {"http://[::1", "malformed"},
                   {"http://[::1]x/", "malformed"},
                   {"http://[fe80::1%25eth0]/", "malformed"},
                   {"http://[]/", "malformed"}});
}

TEST(Url, InternationalHostsAreAscii)
{
    expect_parsed({{"http://B\xc3\xbc"
                    "cher.example/",
                    "http://xn--bcher-kva.example/"},
                   {"http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/"},
                   {"http://stra\xc3\x9f"
                    "e.example/",
                    "http://xn--strae-oqa.example/"},
                   {"http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"},
                   {"http://a\xe3\x80\x82"
                    "example/",
                    "http://a.example/"},
                   {"http://b\xfc"
                    "cher.example/",
                    "malformed"}});
}

TEST(Url, HostsThatNoResolverTakesAreMalformed)
{
    const std::string long_label = "http://" + std::string(64, 'a') + ".example/";
    expect_parsed({{"http://", "malformed"},
                   {"http:///", "malformed"},
                   {"http://:80/", "malformed"},
                   {"http://a b/", "malformed"},
                   {"http://a..b/", "malformed"},
                   {"http://a%00b/", "malformed"},
                   {"http://a%2fb/", "malformed"},
                   {"http://a<b/", "malformed"},
                   {long_label, "malformed"}});
    EXPECT_EQ(parsed("http://under_score.example./"), "http://under_score.example./");
}

TEST(Url, PortsOutOfRangeAreMalformed)
{
    expect_parsed({{"http://a.example:0/", "malformed"},
                   {"http://a.example:65536/", "malformed"},
                   {"http://a.example:8o/", "malformed"},
                   {"http://a.example:-1/", "malformed"}});
    EXPECT_EQ(Url::parse("http://a.example:65535/").value().port(), 65535);
}

TEST(Url, UserInfoAndOtherSchemesAreRefused)
{
    expect_parsed({{"http://user@a.example/", "refused"},
                   {"http://user:secret@a.example/", "refused"},
                   {"http://a.example\\@b.example/", "http://a.example/@b.example/"},
                   {"ftp://a.example/", "refused"},
                   {"file:///etc/passwd", "refused"},
                   {"javascript:alert(1)", "refused"},
                   {"data:image/png;base64,AAAA", "refused"}});
}

TEST(Url, TextWithoutSchemeIsMalformed)
{
    expect_parsed(
        {{"", "malformed"}, {"/x", "malformed"}, {"//a.example/", "malformed"}, {"1http://a/", "malformed"}});
}

TEST(Url, LengthIsBoundedBeforeAndAfterRepair)
{
    const std::string prefix = "http://a.example/";
    const auto fits = prefix + std::string(Url::max_bytes - prefix.size(), 'x');
    EXPECT_EQ(parsed(fits), fits);
    EXPECT_EQ(parsed(fits + "x"), "too_large");
    EXPECT_EQ(parsed(prefix + std::string(Url::max_bytes / 2, ' ') + "x"), "too_large");
    EXPECT_EQ(joined(fits, "?" + std::string(100, 'q')), "too_large");
}

TEST(Url, PartsAreThoseOfTheText)
{
    const auto url = Url::parse("https://Board.example:8443/a/b?c=d").value();
    EXPECT_EQ(url.scheme(), "https");
    EXPECT_EQ(url.host(), "board.example");
    EXPECT_EQ(url.port(), 8443);
    EXPECT_EQ(url.path(), "/a/b");
    EXPECT_EQ(url.target(), "/a/b?c=d");
    EXPECT_EQ(url.host_port(), "board.example:8443");
    EXPECT_EQ(url.origin(), "https://board.example:8443");
    const auto address = Url::parse("http://[::1]/").value();
    EXPECT_EQ(address.host(), "[::1]");
    EXPECT_EQ(address.port(), 80);
    EXPECT_EQ(address.host_port(), "[::1]");
}

TEST(Url, ReferencesResolveAsInABrowser)
{
    const std::vector<Case> cases{{"x.jpg", "http://a.example/b/x.jpg"},
                                  {"../x.jpg", "http://a.example/x.jpg"},
                                  {"/x.jpg", "http://a.example/x.jpg"},
                                  {"\\x\\y.jpg", "http://a.example/x/y.jpg"},
                                  {"//c.example/x", "http://c.example/x"},
                                  {"\\\\c.example/x", "http://c.example/x"},
                                  {"///c.example/x", "http://c.example/x"},
                                  {"?x=1", "http://a.example/b/c?x=1"},
                                  {"#top", "http://a.example/b/c?d"},
                                  {"", "http://a.example/b/c?d"},
                                  {".", "http://a.example/b/"},
                                  {"https://c.example", "https://c.example/"},
                                  {"http:x", "http://a.example/b/x"},
                                  {"http:/x", "http://a.example/x"},
                                  {"https:c.example/x", "https://c.example/x"},
                                  {"12:30.jpg", "http://a.example/b/12:30.jpg"},
                                  {"photo [1].jpg", "http://a.example/b/photo%20%5B1%5D.jpg"},
                                  {"x?http://c.example/", "http://a.example/b/x?http://c.example/"},
                                  {"mailto:x@y.example", "refused"},
                                  {"//u@c.example/", "refused"},
                                  {"//", "malformed"}};
    for (const auto& [reference, expected] : cases)
        EXPECT_EQ(joined("http://a.example/b/c?d#e", reference), expected) << reference;
}

TEST(Url, EqualTextIsEqualAddress)
{
    const auto one = Url::parse("HTTP://a.example:80/%7Ex#y").value();
    const auto two = Url::parse("http://a.example/~x").value();
    EXPECT_EQ(one, two);
    EXPECT_EQ(std::hash<Url>{}(one), std::hash<Url>{}(two));
}

TEST(Url, APictureInsideADocumentHasItsAddressAndDigest)
{
    const auto document = Url::parse("https://board.example/t/1?page=2").value();
    const auto digest = Sha256::of(as_bytes("picture"));
    const auto picture = Url::inside(document, digest);
    EXPECT_EQ(picture.text(), "https://board.example/t/1?page=2#sha256-" + digest.hex());
    EXPECT_EQ(picture.picture_inside(), digest);
    EXPECT_EQ(picture.document(), document);
    EXPECT_EQ(Url::parse(picture.text()).value(), picture);
    EXPECT_EQ(Url::parse(picture.origin() + std::string(picture.target())).value(), picture);
    EXPECT_EQ(Url::inside(picture, digest), picture);
    EXPECT_FALSE(document.picture_inside());
    EXPECT_EQ(document.document(), document);
}

TEST(Url, OtherFragmentsAndThoseOfPagesAreDropped)
{
    const auto digest = Sha256::of(as_bytes("picture")).hex();
    const auto document = Url::parse("https://board.example/t/1").value();
    for (const auto& fragment : {"#top", "#sha256-", "#sha256-0123", "#SHA256-"})
        EXPECT_EQ(Url::parse(document.text() + fragment).value(), document) << fragment;
    EXPECT_EQ(Url::parse(document.text() + "#sha256-" + digest + "0").value(), document);
    EXPECT_EQ(Url::parse(document.text() + "#a#sha256-" + digest).value(), document);
    EXPECT_EQ(Url::join(document, "/t/1#sha256-" + digest).value(), document);
    EXPECT_EQ(Url::join(Url::parse(document.text() + "#sha256-" + digest).value(), "").value(), document);
}

TEST(UrlInside, TellsWhatAPictureIsCalledInItsPackage)
{
    const auto package = Url::parse("https://board.example/a.zip?x=1").value();
    const auto picture = Sha256::of(as_bytes("picture"));
    const auto named = Url::inside(package, picture, "set/a \x1B[31m\xE2\x80\xAE.jpg");
    EXPECT_EQ(named.entry_inside(), "set/a%20%1B%5B31m%E2%80%AE.jpg");
    EXPECT_EQ(named.picture_inside(), picture);
    EXPECT_EQ(named.document(), package);
    EXPECT_EQ(Url::parse(named.text()).value(), named);
    EXPECT_EQ(Url::inside(package, picture).named_inside(named.entry_inside()), named);
    EXPECT_EQ(named.moved_to(Url::parse("https://b.example/z.zip").value()).entry_inside(),
              named.entry_inside());
}

TEST(UrlInside, ANameIsBoundedAndOnlyItsOwnFormIsRead)
{
    const auto package = Url::parse("https://board.example/a.zip").value();
    const auto picture = Sha256::of(as_bytes("picture"));
    std::string longest(300, '\xFF');
    longest += "/end.jpg";
    const auto named = Url::inside(package, picture, longest);
    EXPECT_LE(named.entry_inside().size(), Url::max_entry_bytes);
    EXPECT_TRUE(named.entry_inside().starts_with("%FF"));
    EXPECT_TRUE(named.entry_inside().ends_with("/end.jpg"));
    const auto plain = Url::inside(package, picture).text();
    for (const char* odd : {"&entry=", "&entry=a b", "&entry=%1", "&entry=%zz", "&entry=<", "&other=a", "x"})
        EXPECT_FALSE(Url::parse(plain + odd).value().picture_inside()) << odd;
    EXPECT_EQ(Url::inside(package, picture).named_inside("a b"), Url::inside(package, picture));
}

} // namespace
} // namespace stillwatch
