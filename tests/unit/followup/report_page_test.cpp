#include "followup/report_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stillwatch::followup {
namespace {

using testing::HasSubstr;
using testing::Not;

json::object sample()
{
    return parse_json(R"({"kind":"hosts","since":null,"until":"2026-11-30T00:00:00Z","hosts":[
        {"host":"board.example","findings":4,"still_up":1,"removed":3,"reappearances":0,"refusals":1,"routes":[
            {"route":"dmca","notices":2,"refused":1,"findings":4,"removed":3,"still_up":1,"within_48_hours":2,
             "median_hours":30.0,"ninetieth_percentile_hours":96.0}]},
        {"host":"<b>=1+1</b>","findings":1,"still_up":1,"removed":0,"reappearances":0,"refusals":0,"routes":[]}],
        "routes":[{"route":"dmca","median_hours":30.0,"ninetieth_percentile_hours":96.0}]})")
        .value()
        .as_object();
}

TEST(ReportPage, ShowsNumbersAsTablesAndBars)
{
    const auto page = report_page(sample(), "Example Helpline");
    EXPECT_THAT(page, HasSubstr("Example Helpline"));
    EXPECT_THAT(page, HasSubstr("<td>board.example</td><td>4</td><td>1</td><td>3</td>"));
    EXPECT_THAT(page, HasSubstr("<td>30.0</td><td>96.0</td>"));
    EXPECT_THAT(page,
                HasSubstr("<svg role=\"img\" aria-label=\"Hours from a notice to the removal, by way\""));
}

TEST(ReportPage, LoadsNothingRunsNothingAndEscapesAll)
{
    const auto page = report_page(sample(), "A & B <script>");
    for (const auto* bad : {"<script", "src=", "href=", "url(", "http:", "https:", "<img", "<b>"})
        EXPECT_THAT(page, Not(HasSubstr(bad)));
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_THAT(page, HasSubstr("&lt;b&gt;=1+1&lt;/b&gt;"));
}

TEST(ReportPage, ATimeWithoutAnythingHasNoChart)
{
    const json::object empty{{"kind", "period"},
                             {"since", nullptr},
                             {"until", "2026-11-30T00:00:00Z"},
                             {"found", 0},
                             {"weeks", json::array{}}};
    EXPECT_THAT(report_page(empty, "Example Helpline"), Not(HasSubstr("<svg")));
}

TEST(ReportCsv, QuotesWhatItsReaderWouldMisread)
{
    auto report = sample();
    report["hosts"].as_array()[1].as_object()["host"] = "=cmd|' /C calc'!A0,\"x\"";
    const auto csv = report_csv(report);
    EXPECT_THAT(
        csv,
        HasSubstr("host,findings,still_up,removed,reappearances,refusals\r\nboard.example,4,1,3,0,1\r\n"));
    EXPECT_THAT(csv, HasSubstr("\"'=cmd|' /C calc'!A0,\"\"x\"\"\",1,1"));
}

} // namespace
} // namespace stillwatch::followup
