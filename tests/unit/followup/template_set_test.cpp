#include "followup/template_set.hpp"

#include "followup/shipped.hpp"
#include "tests/support/files.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using stillwatch::test::write_file;
using testing::ElementsAre;
using testing::HasSubstr;

struct Templates : testing::Test {
    void put(const std::string& name, std::string_view text)
    {
        std::filesystem::create_directories((directory / name).parent_path());
        write_file(directory / name, as_bytes(text));
    }
    stillwatch::test::TemporaryDirectory directory;
};

TEST_F(Templates, WithoutAFolderThoseThatShipAreThere)
{
    const auto set = TemplateSet::load({});
    EXPECT_THAT(set.languages(), ElementsAre("de", "en"));
    EXPECT_TRUE(set.problems().empty());
    EXPECT_TRUE(set.find(Route::osa, "de"));
    EXPECT_THAT(set.find(Route::osa, "fr").error().detail, HasSubstr("languages: de, en"));
}

TEST_F(Templates, OnesOwnTakeTheirPlaceAndBringLanguages)
{
    put("en/host.txt", std::string(shipped_template(Route::host, "en")) + "Yours\n");
    put("fr/host.txt", shipped_template(Route::host, "en"));
    put("notes.txt", "none of ours");
    const auto set = TemplateSet::load(directory.path());
    EXPECT_TRUE(set.problems().empty());
    EXPECT_THAT(set.languages(), ElementsAre("de", "en", "fr"));
    NoticeData data;
    for (const auto& name : set.find(Route::host, "en").value()->required())
        data[name] = "x";
    EXPECT_THAT(set.find(Route::host, "en").value()->fill(data).value(), HasSubstr("Yours\n"));
}

TEST_F(Templates, AWrongOneIsToldWithFileAndLineAndNotReplacedByTheOneThatShips)
{
    put("en/host.txt", "{{who}}\n");
    put("en/post.txt", "x");
    put("french/host.txt", "x");
    const auto set = TemplateSet::load(directory.path());
    ASSERT_EQ(set.problems().size(), 7U);
    EXPECT_THAT(set.problems()[0].file, HasSubstr("en/host.txt"));
    EXPECT_EQ(set.problems()[0].line, 1);
    EXPECT_THAT(set.problems()[5].message, HasSubstr("no route of this name"));
    EXPECT_THAT(set.problems()[6].message, HasSubstr("a language has two letters"));
    EXPECT_EQ(set.find(Route::host, "en").error().code, Errc::malformed);
    EXPECT_TRUE(set.find(Route::osa, "en"));
}

} // namespace
} // namespace stillwatch::followup
