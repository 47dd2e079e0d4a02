#pragma once

#include "control/commands.hpp"
#include "tests/support/store_samples.hpp"
#include "tests/support/temporary_directory.hpp"
#include "vault/seal.hpp"
#include "vault/sign.hpp"

namespace stillwatch::control::test {

// Time stands where it is put.
class StandingClock final : public Clock {
public:
    Timestamp time = stillwatch::test::at(10);
    Timestamp now() const override { return time; }
};

// The commands on databases of their own, with one site and the channel "desk".
struct Desk {
    Result<CommandOutcome> run(const std::string& name, json::object arguments = {})
    {
        return run_as({"anna", true}, name, std::move(arguments));
    }
    Result<CommandOutcome> run_as(const cases::Peer& peer, const std::string& name,
                                  json::object arguments = {})
    {
        auto outcome = commands.run({name, std::move(arguments)}, peer);
        const auto finished = commands.finish();
        if (outcome && !finished) return finished.error();
        return outcome;
    }
    // What the command gives; its failure is the test's.
    json::value result_of(const std::string& name, json::object arguments = {})
    {
        return run(name, std::move(arguments)).value().result;
    }
    Error error_of(const std::string& name, json::object arguments = {})
    {
        const auto outcome = run(name, std::move(arguments));
        return outcome ? Error{Errc::exists, "no error at all"} : outcome.error();
    }
    static json::object consent()
    {
        return {{"given_by", "the person"},
                {"text_version", "2026-1"},
                {"given_at", "2026-09-21"},
                {"expires_at", "2027-09-01"}};
    }
    // A new case's pseudonym.
    std::string open_case() { return std::string(result_of("case.open", consent()).at("case").as_string()); }

    static json::object reference(const std::string& pseudonym, const std::string& name = "R-01")
    {
        return {{"case", pseudonym},     {"name", name},
                {"sealed", "c0ffee"},    {"extractor_version", extractor_version},
                {"quality_percent", 90}, {"weak", false}};
    }

    stillwatch::test::TemporaryDirectory directory;
    StandingClock clock;
    store::CaseDatabase cases{directory / "cases.db"};
    crawler::UrlFrontier frontier{store::frontier_in_file(directory / "frontier.db")};
    vault::SigningKey signing = vault::SigningKey::generate();
    CommandSettings settings{directory.path(),
                             directory.path(),
                             true,
                             {},
                             &signing,
                             {"desk"},
                             {stillwatch::test::sample_site()},
                             true,
                             {"a service for the young"},
                             [](std::string_view channel, Timestamp) {
                                 return store::NewAlert{"alt_test", std::string(channel), "{}"};
                             },
                             {alerts::ChannelRules{"desk"}}};
    Commands commands{cases, frontier, vault::make_key_pair().public_key, settings, clock};
};

} // namespace stillwatch::control::test
