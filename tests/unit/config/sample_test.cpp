#include "config/sample.hpp"
#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>

#include <set>
#include <sstream>

namespace stillwatch::config {

using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Config loaded_sample()
{
    auto outcome = load_text(std::string(sample_config()));
    for (const auto& problem : outcome.problems)
        ADD_FAILURE() << to_string(problem);
    return outcome.config.value_or(Config{});
}

// The keys of the sample as "section.key", also those in comments, when they have a sentence above or share
// one.
std::set<std::string> listed_keys()
{
    std::set<std::string> keys;
    std::istringstream lines{std::string(sample_config())};
    std::string section;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# [[")) line = line.substr(2);
        if (line.starts_with('[')) {
            const auto begin = line.find_first_not_of('[');
            section = line.substr(begin, line.find(']') - begin);
            continue;
        }
        if (line.starts_with("# ")) line = line.substr(2);
        const auto equals = line.find(" = ");
        if (equals != std::string::npos && line.find(' ') == equals)
            keys.insert(section + "." + line.substr(0, equals));
    }
    return keys;
}

TEST(Sample, ListsEveryKeyAndNoOther)
{
    const auto known = config_keys();
    EXPECT_EQ(listed_keys(), std::set<std::string>(known.begin(), known.end()));
    EXPECT_GT(known.size(), 50U);
}

TEST(Sample, ShowsTheDefaults)
{
    const auto config = loaded_sample();
    EXPECT_EQ(config.organisation.require_second_approver, Organisation{}.require_second_approver);
    EXPECT_EQ(config.organisation.under_18_services, Organisation{}.under_18_services);
    EXPECT_EQ(config.findings, Findings{});
    EXPECT_EQ(config.notices, Notices{});
    EXPECT_EQ(config.guard, Guard{});
    Faces faces;
    faces.models = Storage{}.directory / "models";
    EXPECT_EQ(config.faces, faces);
    EXPECT_EQ(config.network, Network{});
    EXPECT_EQ(config.fetch, Fetch{});
    EXPECT_EQ(config.workers, Workers{});
    EXPECT_EQ(config.crawl, Crawl{});
    EXPECT_EQ(config.storage, Storage{});
    EXPECT_EQ(config.control, Control{});
    EXPECT_EQ(config.metrics, Metrics{});
    EXPECT_EQ(config.health, Health{});
    EXPECT_EQ(config.log, Log{});
    EXPECT_EQ(config.alerts, Alerts{});
    EXPECT_EQ(config.evidence.directory, Storage{}.directory / "evidence");
}

TEST(Sample, ShowsTheDefaultsOfSitesAndChannels)
{
    const auto config = loaded_sample();
    ASSERT_EQ(config.sites.size(), 1U);
    Site site;
    site.name = "example-board";
    site.seeds = {"https://board.example/"};
    site.hosts = {"board.example", "img.board.example"};
    EXPECT_EQ(config.sites[0], site);
    ASSERT_EQ(config.channels.size(), 2U);
    Channel desk;
    desk.name = "desk";
    desk.to = {"desk@helpline.example"};
    desk.from = "stillwatch@helpline.example";
    desk.server = "smtps://mail.helpline.example";
    EXPECT_EQ(config.channels[0], desk);
    EXPECT_EQ(config.channels[1].kind, ChannelKind::webhook);
}

TEST(Sample, CommentedKeysShowTheDefaultsToo)
{
    std::string text(sample_config());
    for (const auto* key : {"# from = ", "# max_depth = ", "# max_pages = "}) {
        const auto place = text.find(key);
        ASSERT_NE(place, std::string::npos) << key;
        text.erase(place, 2);
    }
    const auto outcome = load_text(text);
    ASSERT_TRUE(outcome.config.has_value());
    auto sample = loaded_sample();
    sample.digest = outcome.config->digest; // of another text
    EXPECT_EQ(*outcome.config, sample);
}

TEST(Initial, LoadsWithTheChoicesInIt)
{
    InitialChoices choices;
    choices.organisation = "Helpline \"North\" Söder";
    choices.contact = "desk@helpline.example";
    choices.storage_directory = "data";
    choices.control_socket = "control.sock";
    choices.metrics_listen = "127.0.0.1:0";
    choices.recipients = {"age1one", "age1two"};
    const auto outcome = parse_config(initial_config(choices), "/srv/sw/stillwatch.toml");
    for (const auto& problem : outcome.problems)
        ADD_FAILURE() << to_string(problem);
    ASSERT_TRUE(outcome.config.has_value());
    EXPECT_EQ(outcome.config->organisation.name, choices.organisation);
    EXPECT_EQ(outcome.config->organisation.contact, choices.contact);
    EXPECT_EQ(outcome.config->storage.directory, "/srv/sw/data");
    EXPECT_EQ(outcome.config->control.socket, "/srv/sw/control.sock");
    EXPECT_EQ(outcome.config->metrics.listen, "127.0.0.1:0");
    EXPECT_THAT(outcome.config->evidence.recipients, ElementsAre("age1one", "age1two"));
    EXPECT_TRUE(outcome.config->sites.empty());
    EXPECT_TRUE(outcome.config->channels.empty());
}

TEST(Initial, LeavesMarksThatAreComplainedOf)
{
    const auto outcome = parse_config(initial_config({}), "/srv/sw/stillwatch.toml");
    std::string all;
    for (const auto& problem : outcome.problems)
        all += to_string(problem) + "\n";
    EXPECT_THAT(all, HasSubstr("organisation.name"));
    EXPECT_THAT(all, HasSubstr("organisation.contact"));
    EXPECT_THAT(all, HasSubstr("evidence.recipients"));
}

TEST(Initial, KeepsTheExamplesAsComments)
{
    const auto text = initial_config({});
    EXPECT_THAT(text, HasSubstr("\n# [[site]]\n"));
    EXPECT_THAT(text, HasSubstr("\n# seeds = [\"https://board.example/\"]\n"));
    EXPECT_EQ(text.find("\n[["), std::string::npos);
}

} // namespace
} // namespace stillwatch::config
