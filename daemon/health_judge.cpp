#include "daemon/health_judge.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace stillwatch::daemon {

namespace {

using namespace std::chrono_literals;

constexpr auto clock_tolerance = 1min; // NTP may step a little
constexpr std::uint64_t few_losses = 3;

std::string_view meaning_of(std::string_view state)
{
    struct Meaning {
        std::string_view state;
        std::string_view text;
    };
    static constexpr Meaning meanings[] = {
        {"stopped", "every host was stopped by a person"},
        {"blocked", "it turns us away"},
        {"walled", "most of its pages are a log-in or an age gate"},
        {"stand_ins",
         "most of its pictures or pages are answered with the same bytes, so that what they are for is "
         "not seen: another referer, or headers or cookies of a session that is let in, may help"},
        {"unreachable", "it never answered"},
        {"refused", "its addresses are not public or closed by the guard (see "
                    "network.allowed_private_networks), or outside "
                    "of its scope"},
        {"disallowed", "robots.txt forbids every visit"},
        {"degraded", "hosts with a tenth or more of its pictures or pages are stopped, blocked, unreachable "
                     "or forbidden"},
        {"not_visited", "nothing was visited yet"},
        {"no_pictures", "its pages show no picture"},
        {"failing", "its last visits failed"},
    };
    for (const auto& meaning : meanings)
        if (meaning.state == state) return meaning.text;
    return "it is not fine";
}

std::string detail_of(const SiteFacts& site)
{
    auto detail = fmt::format("{}: {}", site.state, meaning_of(site.state));
    const bool is_about_answers =
        site.state == "blocked" || site.state == "failing" || site.state == "unreachable";
    if (is_about_answers && site.last_failure_status > 0)
        detail += fmt::format(" (last status {})", site.last_failure_status);
    if (site.last_success) detail += fmt::format("; last success {}", format_utc(*site.last_success));
    return detail + "; see `stillwatch site health`";
}

} // namespace

HealthJudge::HealthJudge(Problems& problems, const Clock& clock) : problems_(problems), clock_(clock) {}

void HealthJudge::use(HealthSettings settings)
{
    settings_ = std::move(settings);
    std::set<std::string> channels(settings_.channels.begin(), settings_.channels.end());
    problems_.keep_only("channel", channels);
    problems_.keep_only("recipients", channels);
    problems_.keep_only("mail_unsealed", channels);
    problems_.keep_only("site", settings_.sites);
    problems_.keep_only("hosts_left_out", settings_.sites);
    std::erase_if(not_fine_since_, [&](const auto& entry) { return !settings_.sites.contains(entry.first); });
}

void HealthJudge::raise(std::string_view kind, std::string_view subject, bool stands, std::string detail,
                        Severity severity)
{
    std::pair key{std::string(kind), std::string(subject)};
    if (stands) {
        problems_.set(kind, subject, std::move(detail), severity);
        raised_.insert(std::move(key));
    } else if (raised_.erase(key) > 0) {
        problems_.clear(kind, subject);
    }
}

void HealthJudge::judge_now(const LoopFacts& loop)
{
    raise("workers", "start", !loop.worker_failure.empty(),
          fmt::format("none can start, so no page or picture is read: {}", loop.worker_failure),
          Severity::failing);
    raise("channels", "", settings_.channels.empty(), "no channel is configured: nobody is told of a finding",
          Severity::warning);
    for (const auto& channel : loop.channels) {
        raise("channel", channel.name, !channel.failure.empty(),
              fmt::format("alerts do not leave: {}", channel.failure), Severity::failing);
        // Of its own kind: those whom the channel reaches are told of it as well.
        raise("mail_unsealed", channel.name, !channel.unsealed.empty(), channel.unsealed, Severity::warning);
        raise("recipients", channel.name, !channel.left_out.empty(), channel.left_out, Severity::warning);
    }
}

void HealthJudge::judge(const StoreFacts& store, const LoopFacts& loop)
{
    sites_ = store.sites;
    judge_now(loop);
    judge_machine();
    judge_sites();
    judge_consents(store);
    judge_outbox(store);
    judge_comparing(store, loop);
    judge_workers(loop);
}

void HealthJudge::judge_machine()
{
    for (const auto& [name, folder] : settings_.folders)
        judge_folder(name, folder);
    const auto now = clock_.now();
    highest_ = std::max(highest_, now);
    raise("clock", "", now + clock_tolerance < highest_,
          fmt::format("the clock was set back: it was {} already", format_utc(highest_)), Severity::failing);
}

void HealthJudge::judge_folder(const std::string& name, const std::filesystem::path& folder)
{
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    if (error) {
        // Evidence makes its folder with the first package.
        const bool absent = error == std::errc::no_such_file_or_directory && name != "storage";
        raise("disk", name, !absent, fmt::format("{}: {}", folder.string(), error.message()),
              Severity::failing);
        return;
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
        raise("disk", name, true, fmt::format("{} cannot be written", folder.string()), Severity::failing);
        return;
    }
    constexpr std::uintmax_t megabyte = 1U << 20U;
    const bool is_full = space.available < settings_.min_free_bytes / 8;
    raise("disk", name, space.available < settings_.min_free_bytes,
          fmt::format("{} MB free at {}, wanted are {}", space.available / megabyte, folder.string(),
                      settings_.min_free_bytes / megabyte),
          is_full ? Severity::failing : Severity::warning);
}

void HealthJudge::judge_sites()
{
    const auto now = clock_.now();
    std::size_t lasting = 0;
    for (const auto& site : sites_) {
        raise(
            "hosts_left_out", site.name, !site.left_out.empty(),
            fmt::format("much of it lies where nothing is asked: {}; add them to its `hosts`", site.left_out),
            Severity::warning);
        if (site.state == "fine") {
            not_fine_since_.erase(site.name);
            raise("site", site.name, false, "", Severity::warning);
            continue;
        }
        const auto since = not_fine_since_.emplace(site.name, now).first->second;
        if (now - since < settings_.site_grace) continue;
        ++lasting;
        raise("site", site.name, true, detail_of(site), Severity::warning);
    }
    raise("sites", "", !sites_.empty() && lasting == sites_.size(),
          fmt::format("none of {} sites is fine: nothing is watched", sites_.size()), Severity::failing);
}

void HealthJudge::judge_consents(const StoreFacts& store)
{
    const auto now = clock_.now();
    std::set<std::string> ended;
    std::set<std::string> week;
    std::set<std::string> month;
    for (const auto& [pseudonym, expires_at] : store.consents) {
        const auto until = format_utc(expires_at);
        const bool is_over = expires_at <= now;
        const bool is_near = !is_over && expires_at - now <= 24h * 7;
        const bool is_next = !is_over && !is_near && expires_at - now <= 24h * 30;
        if (is_over) ended.insert(pseudonym);
        if (is_near) week.insert(pseudonym);
        if (is_next) month.insert(pseudonym);
        const auto renew = fmt::format("`stillwatch case renew {}`", pseudonym);
        raise("consent_ended", pseudonym, is_over,
              fmt::format("on {}: nothing is compared for this case; {}", until, renew), Severity::warning);
        raise("consent_ends_in_7_days", pseudonym, is_near, fmt::format("on {}; {}", until, renew),
              Severity::warning);
        raise("consent_ends_in_30_days", pseudonym, is_next, fmt::format("on {}; {}", until, renew),
              Severity::warning);
    }
    std::set<std::string> aside;
    for (const auto& [pseudonym, detail] : store.quarantined) {
        aside.insert(pseudonym);
        raise("quarantine", pseudonym, true, detail, Severity::warning);
    }
    problems_.keep_only("quarantine", aside);
    std::set<std::string> overdue;
    for (const auto& [pseudonym, notices] : store.overdue) {
        overdue.insert(pseudonym);
        raise("notice_overdue", pseudonym, true,
              fmt::format("the time of {} is over and something is still up: `stillwatch notice escalate`",
                          notices),
              Severity::warning);
    }
    problems_.keep_only("notice_overdue", overdue);
    std::set<std::string> waiting;
    for (const auto& [pseudonym, since] : store.waiting) {
        const bool is_late = now - since > settings_.approve_within;
        if (is_late) waiting.insert(pseudonym);
        raise("consent_waits", pseudonym, is_late,
              fmt::format("since {}; another account gives `stillwatch case approve {}`", format_utc(since),
                          pseudonym),
              Severity::warning);
    }
    problems_.keep_only("consent_waits", waiting);
    problems_.keep_only("consent_ended", ended); // of withdrawn cases
    problems_.keep_only("consent_ends_in_7_days", week);
    problems_.keep_only("consent_ends_in_30_days", month);
}

void HealthJudge::judge_outbox(const StoreFacts& store)
{
    std::string orphaned;
    std::int64_t count = 0;
    for (const auto& [channel, queued] : store.queued) {
        if (std::ranges::find(settings_.channels, channel) != settings_.channels.end()) continue;
        orphaned += (orphaned.empty() ? "" : ", ") + channel;
        count += queued;
    }
    raise("alerts_without_channel", "", count > 0,
          fmt::format("{} alerts wait for channels that are not in the configuration: {}", count, orphaned),
          Severity::failing);
    for (const auto& channel : settings_.channels) {
        const auto found = store.given_up.find(channel);
        const std::int64_t dead = found == store.given_up.end() ? 0 : found->second;
        raise("alerts_given_up", channel, dead > 0,
              fmt::format("{} alerts; `stillwatch outbox replay --channel {}`", dead, channel),
              Severity::warning);
    }
}

void HealthJudge::judge_comparing(const StoreFacts& store, const LoopFacts& loop)
{
    const auto now = clock_.now();
    std::optional<Timestamp> newest;
    for (const auto& site : sites_)
        if (site.last_success && (!newest || *newest < *site.last_success)) newest = site.last_success;
    const bool compared = loop.compared > compared_;
    // A quiet site shows the same pictures for days: then that it was looked at is what counts.
    const bool looked =
        newest && newest_success_ && *newest > *newest_success_ && store.pictures_pending == 0;
    const bool has_work = loop.references > 0 && !sites_.empty();
    if (!progress_at_ || compared || looked || !has_work) progress_at_ = now;
    compared_ = loop.compared;
    newest_success_ = newest;
    const auto waiting =
        store.pictures_pending > 0 ? fmt::format("; {} pictures wait", store.pictures_pending) : "";
    raise("nothing_compared", "", now - *progress_at_ >= settings_.compare_within,
          fmt::format("since {}{}", format_utc(*progress_at_), waiting), Severity::failing);
}

void HealthJudge::judge_workers(const LoopFacts& loop)
{
    const auto lost = loop.workers.crashed + loop.workers.late - workers_.crashed - workers_.late;
    const auto done = loop.workers.completed - workers_.completed;
    workers_ = loop.workers;
    if (lost == 0 && done == 0) return; // nothing says that it is better
    raise("workers", "lost", lost >= few_losses && 10 * lost >= done,
          fmt::format("{} crashed or were late, {} requests were answered in the same time", lost, done),
          Severity::warning);
}

} // namespace stillwatch::daemon
