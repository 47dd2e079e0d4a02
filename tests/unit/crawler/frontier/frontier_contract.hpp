#pragma once

#include "crawler/frontier/url_frontier.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace stillwatch::crawler {

using namespace stillwatch::store;
using namespace stillwatch::test;

// Where the rows are. Whatever the frontier promises is asked of each: CONTRACT_OF(Fixture) runs its TEST_P
// over all of them.
struct Kept {
    std::string name;
    std::unique_ptr<FrontierTables> (*open)(const std::filesystem::path& directory);
};
inline const std::array<Kept, 2> everywhere{{
    {"InAFile",
     [](const std::filesystem::path& directory) { return frontier_in_file(directory / "frontier.db"); }},
    {"InMemory", [](const std::filesystem::path&) { return frontier_in_memory(); }},
}};
inline std::string name_of_kept(const testing::TestParamInfo<Kept>& kept)
{
    return kept.param.name;
}
#define CONTRACT_OF(fixture)                                                                                 \
    INSTANTIATE_TEST_SUITE_P(Kept, fixture, testing::ValuesIn(everywhere), name_of_kept)

// A frontier that watches board.example and img.board.example, with the seed https://board.example/.
struct Frontier : testing::TestWithParam<Kept> {
    Frontier() { EXPECT_TRUE(database.set_sites({sample_site()})); }

    HostId host(const std::string& origin = "https://board.example")
    {
        if (const auto known = hosts.find(origin); known != hosts.end()) return known->second;
        for (const auto& row : database.ready_hosts(at(1'000'000'000), 1'000'000))
            hosts[row.origin] = row.id;
        return hosts[origin];
    }
    std::vector<Visit> claim(Timestamp now, std::size_t limit = 100, std::int64_t generation = 0,
                             const std::string& origin = "https://board.example")
    {
        return database.claim(host(origin), now, generation, now + std::chrono::minutes{5}, limit);
    }
    // Claims everything of a host and gives the visit of `address`; the others are released.
    Visit take(const std::string& address, Timestamp now, std::int64_t generation = 0)
    {
        const auto visits = claim(now, 1000, generation, url(address).origin());
        std::vector<UrlId> others;
        std::optional<Visit> result;
        for (const auto& visit : visits)
            if (visit.url.text() == address)
                result = visit;
            else
                others.push_back(visit.id);
        EXPECT_TRUE(database.release(others));
        if (!result) throw std::runtime_error("not claimable: " + address);
        return *result;
    }
    // Visits the page and lets it name these.
    Visit read_page(const std::string& address, Timestamp now, std::vector<Discovered> links)
    {
        const auto visit = take(address, now);
        auto result = ended(visit, Outcome::page, now);
        result.kind = LinkKind::page;
        result.discovered = std::move(links);
        EXPECT_TRUE(database.apply({result}));
        return visit;
    }
    // Visits the picture and compares it at `generation`.
    Visit compare(const std::string& address, Timestamp now, std::int64_t generation, bool matched)
    {
        const auto visit = take(address, now, generation);
        auto result = ended(visit, Outcome::compared, now, generation);
        result.kind = LinkKind::image;
        result.content = Sha256::of(as_bytes(address));
        result.verdict = Verdict{*result.content, generation, 1, matched, false};
        EXPECT_TRUE(database.apply({result}));
        return visit;
    }
    std::vector<std::string> claimed(Timestamp now, std::int64_t generation = 0,
                                     const std::string& origin = "https://board.example")
    {
        return texts(claim(now, 1000, generation, origin));
    }
    static std::vector<std::string> texts(const std::vector<Visit>& visits)
    {
        std::vector<std::string> result;
        for (const auto& visit : visits)
            result.push_back(visit.url.text());
        return result;
    }
    static std::vector<std::string> texts(const std::vector<Url>& urls)
    {
        std::vector<std::string> result;
        for (const auto& each : urls)
            result.push_back(each.text());
        return result;
    }

    TemporaryDirectory directory;
    UrlFrontier database{GetParam().open(directory.path())};
    std::map<std::string, HostId> hosts;
};

} // namespace stillwatch::crawler
