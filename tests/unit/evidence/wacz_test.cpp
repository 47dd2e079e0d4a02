#include "evidence/wacz.hpp"

#include "tests/support/sample_capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::evidence {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Pages, NameThePageThatWasAskedForAndNoTitle)
{
    const auto pages = render_pages(test::sample_capture());
    EXPECT_THAT(pages, HasSubstr(R"({"format":"json-pages-1.0","id":"pages","title":"All Pages"})"));
    EXPECT_THAT(
        pages,
        HasSubstr(R"("url":"https://board.example/thread/canary-page","ts":"2026-11-23T02:17:00.250Z"})"));
    EXPECT_EQ(std::ranges::count(pages, '\n'), 2);
}

TEST(Pages, NameThePictureWhereThereIsNoPage)
{
    auto capture = test::sample_capture();
    capture.page.clear();
    EXPECT_THAT(render_pages(capture), HasSubstr(R"("url":"http://board.example/i/1.jpg")"));
}

TEST(DataPackage, ListsEveryFileWithItsDigest)
{
    const std::vector<PackageFile> files{{"archive/data.warc.gz", 3, Sha256::of(as_bytes("abc"))}};
    const auto text = render_data_package({"C-7F3K", "https://board.example/", test::sample_time(),
                                           "stillwatch 0.1.0", test::sample_time(), files});
    EXPECT_THAT(text, HasSubstr("\"path\": \"archive/data.warc.gz\""));
    EXPECT_THAT(
        text,
        HasSubstr("\"hash\": \"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""));
    EXPECT_THAT(text, HasSubstr("\"bytes\": 3"));
    EXPECT_THAT(text, HasSubstr("\"wacz_version\": \"1.1.1\""));
}

TEST(PackageDigest, HoldsForItsListOnly)
{
    const auto key = vault::P384SigningKey::derive(as_bytes("thirty-two bytes that nobody has"));
    const auto list = render_data_package({"C-7F3K",
                                           "https://board.example/",
                                           test::sample_time(),
                                           "stillwatch 0.1.0",
                                           test::sample_time(),
                                           {}});
    const auto digest = render_package_digest(list, key, "stillwatch 0.1.0", test::sample_time());
    const auto checked = check_package_digest(digest, list);
    ASSERT_TRUE(checked) << to_string(checked.error());
    EXPECT_EQ(*checked, key.verify_key());
    EXPECT_EQ(check_package_digest(digest, list + "\n").error().detail,
              "its hash is not that of datapackage.json");
    auto other = digest;
    other.replace(other.find("\"signature\": \"") + 14, 1,
                  other[other.find("\"signature\": \"") + 14] == 'A' ? "B" : "A");
    EXPECT_EQ(check_package_digest(other, list).error().detail, "its signature does not hold");
    const auto later = render_package_digest(list, key, "stillwatch 0.1.0", test::sample_time(5000));
    EXPECT_EQ(check_package_digest(later, list).error().detail,
              "its time and software are not those of datapackage.json");
}

} // namespace
} // namespace stillwatch::evidence
