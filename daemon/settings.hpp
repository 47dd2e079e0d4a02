#pragma once

#include "alerts/event.hpp"
#include "cases/guard_list.hpp"
#include "config/config.hpp"
#include "control/commands.hpp"
#include "core/byte_budget.hpp"
#include "core/fetch.hpp"
#include "core/links.hpp"
#include "crawler/settings.hpp"
#include "daemon/alert_rounds.hpp"
#include "daemon/contact_lookup.hpp"
#include "daemon/evidence_keeper.hpp"
#include "daemon/health_judge.hpp"
#include "daemon/time_stamper.hpp"
#include "evidence/capture.hpp"
#include "followup/draft.hpp"
#include "net/http_settings.hpp"
#include "pipeline/fetched_video.hpp"
#include "pipeline/recorder.hpp"
#include "vault/installation.hpp"

#include <memory>
#include <vector>

// What each part is told, taken out of the configuration in one place. The configuration was checked when it
// was loaded; Result stands only where another part checks more strictly.
namespace stillwatch::daemon {

// The guard and connections of crawling. Errors: invalid_argument.
Result<net::HttpSettings> http_settings(const config::Config& config);
// The same for what one channel may reach: its own networks in spite of those of [network].
Result<net::HttpSettings> http_settings(const config::Config& config, const config::Channel& channel);

// What bodies in flight may hold together, and how much of each is free: so much that all connections fill a
// quarter.
ByteBudget::Limits body_limits(const config::Config& config);

// The hosts of a site's seeds that are literal addresses which the guard of crawling closes.
std::vector<std::string> closed_seeds(const config::Config& config, const config::Site& site);

// Bounds of one transfer of that kind.
FetchLimits fetch_limits(const config::Config& config, LinkKind kind);

// Bounds of one video.
pipeline::VideoFetchLimits video_limits(const config::Config& config);

// The enabled part of the watch list, for the frontier and for crawling.
std::vector<store::SiteRow> site_rows(const config::Config& config);
// Errors: those of config::read_secret (a site's cookies).
Result<std::shared_ptr<const crawler::CrawlSettings>> crawl_settings(const config::Config& config);

evidence::EvidenceSettings evidence_settings(const config::Config& config);
// Who stamps its time. Errors: io, malformed (a file of certificates).
Result<StampSettings> stamp_settings(const config::Config& config);
// For how long it is kept.
KeepSettings keep_settings(const config::Config& config);

// Names of the enabled channels.
std::vector<std::string> channel_names(const config::Config& config);

// How findings are recorded and told.
pipeline::RecordSettings record_settings(const config::Config& config);

// The lists of [guard], read; nothing where there are none. Errors: io, malformed (with file and line).
Result<std::shared_ptr<const cases::GuardList>> guard_list(const config::Config& config);
// Who is told when it trips.
std::vector<std::string> guard_channels(const config::Config& config);
// When each of them tells, and of what.
std::vector<alerts::ChannelRules> channel_rules(const config::Config& config);

RoundSettings round_settings(const config::Config& config);

HealthSettings health_settings(const config::Config& config);

// How notices are made. Own templates and laws that are wrong are logged, and refused where they are asked
// for.
followup::NoticeSettings notice_settings(const config::Config& config);
// Whom to write to about hosts. A list of registries that is wrong is logged, and those that ship are used.
LookupSettings lookup_settings(const config::Config& config);
// What is wrong with templates, laws and lists of registries, "file:line: message".
std::vector<std::string> notice_problems(const config::Config& config);

// With the keys, which must outlive them.
control::CommandSettings command_settings(const config::Config& config, const vault::InstallationKeys& keys);

} // namespace stillwatch::daemon
