#include "daemon/alert_rounds.hpp"

#include "alerts/rounds.hpp"
#include "core/digest.hpp"
#include "core/log.hpp"
#include "followup/notice_clock.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>

namespace stillwatch::daemon {

namespace {

using alerts::Heartbeat;
using crawler::UrlFrontier;
using store::CaseDatabase;

// What only the databases know. Store thread.
void add_stored(Heartbeat& beat, const CaseDatabase& cases, const UrlFrontier& frontier, Timestamp now)
{
    beat.pictures_waiting = frontier.coverage(cases.generation()).pending;
    beat.alerts_waiting = 0;
    for (const auto& count : cases.alert_counts())
        if (count.state == store::AlertState::queued) beat.alerts_waiting += count.count;
    if (const auto oldest = cases.oldest_waiting_alert(); oldest && *oldest < now)
        beat.oldest_alert_seconds = std::chrono::floor<std::chrono::seconds>(now - *oldest).count();
    beat.last_match = cases.last_finding_at();
}

void sign(Heartbeat& beat, Timestamp at, const vault::SigningKey& key)
{
    const auto signature = key.sign(as_bytes(alerts::signed_text(beat, at)));
    beat.key = to_base64(key.verify_key().bytes);
    beat.signature = to_base64(signature);
}

std::vector<store::NewAlert> for_channels(const Heartbeat& beat, const RoundSettings& settings, Timestamp now)
{
    const auto event = alerts::heartbeat_event(beat, now, settings.link);
    std::vector<store::NewAlert> alerts;
    for (const auto& channel : alerts::routed(settings.channels, event.type, "", ""))
        alerts.push_back({event.alert_id, channel, alerts::write_event(event)});
    return alerts;
}

// Store thread. Errors: io.
Result<followup::TicksTold> make_round(CaseDatabase& cases, const UrlFrontier& frontier,
                                       const RoundSettings& settings, const AlertRounds::LoopNumbers& numbers,
                                       const vault::SigningKey& key, Timestamp now)
{
    try {
        const auto made = alerts::make_rounds(cases, settings.channels, settings.link, now);
        if (!made) return made.error();
        auto told = followup::tell_ticks(cases, settings.channels, settings.link, settings.warn_before, now);
        if (!told) return told.error();
        told->queued += *made;
        const auto since = cases.heartbeat_since(now);
        if (!settings.heartbeat_at || settings.zone->next(since, *settings.heartbeat_at) > now) return told;
        auto beat = count_sites(numbers.sites, since);
        beat.compared = cases.compared_since_heartbeat();
        beat.problems = static_cast<std::int64_t>(numbers.problems);
        add_stored(beat, cases, frontier, now);
        sign(beat, now, key);
        const auto alerts = for_channels(beat, settings, now);
        const auto noted = cases.note_heartbeat(alerts, {"stillwatchd", now});
        if (!noted) return noted.error();
        told->queued += alerts.size();
        return told;
    } catch (const std::exception& error) { // a disk that cannot be read
        return Error{Errc::io, error.what()};
    }
}

} // namespace

alerts::Heartbeat count_sites(const std::vector<SiteFacts>& sites, Timestamp since)
{
    static constexpr std::array<std::string_view, 5> in_the_way{"blocked", "walled", "refused", "disallowed",
                                                                "stopped"};
    Heartbeat beat;
    beat.since = since;
    beat.sites = static_cast<std::int64_t>(sites.size());
    for (const auto& site : sites) {
        if (std::ranges::find(in_the_way, site.state) != in_the_way.end())
            ++beat.blocked;
        else if (site.last_success && *site.last_success >= since)
            ++beat.checked;
        else
            ++beat.failed;
    }
    return beat;
}

AlertRounds::AlertRounds(asio::io_context& loop, pipeline::Stores& stores, const Clock& clock,
                         const vault::SigningKey& key, std::function<LoopNumbers()> numbers,
                         std::function<void()> queued)
    : stores_(stores), clock_(clock), key_(key), numbers_(std::move(numbers)), queued_(std::move(queued)),
      timer_(loop)
{
}

Task<> AlertRounds::run()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        // First the pause: how the sites are must be known before a heartbeat tells it.
        timer_.expires_after(settings_.every);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await timer_.async_wait(token);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) break;
        co_await round();
    }
    co_await count();
}

// What the loop counted goes to the database, so that a heartbeat after a restart knows of it.
Task<> AlertRounds::count()
{
    const auto compared = numbers_().compared;
    if (compared == counted_) co_return;
    auto work = [more = compared - counted_](CaseDatabase& cases, UrlFrontier&) {
        return cases.count_compared(more);
    };
    const auto counted = co_await stores_.run(std::move(work));
    if (counted)
        counted_ = compared;
    else
        log::error("alerts", "what was compared is not counted for the heartbeat: again soon",
                   {{"error", to_string(counted.error())}});
}

Task<> AlertRounds::round()
{
    co_await count();
    const auto numbers = numbers_();
    auto work = [&numbers, settings = settings_, this, now = clock_.now()](CaseDatabase& cases,
                                                                           UrlFrontier& frontier) {
        return make_round(cases, frontier, settings, numbers, key_, now);
    };
    const auto made = co_await stores_.run(std::move(work));
    if (!made) {
        log::error("alerts", "nobody was reminded, no heartbeat was sent: again soon",
                   {{"error", to_string(made.error())}});
        co_return;
    }
    warn_once(made->untold);
    if (made->queued > 0) queued_();
}

void AlertRounds::warn_once(const std::vector<followup::ClockTick>& untold)
{
    std::set<std::pair<store::NoticeId, followup::ClockEvent>> still;
    for (const auto& tick : untold) {
        const std::pair which{tick.notice.id, tick.event};
        still.insert(which);
        if (!untold_.contains(which))
            log::warn("notices",
                      "no channel is told that a recipient's time ends; one that is set up will be",
                      {{"notice", tick.notice.id.value}, {"event", followup::name_of(tick.event)}});
    }
    untold_ = std::move(still);
}

Task<json::object> AlertRounds::status()
{
    const auto numbers = numbers_();
    auto work = [&numbers, uncounted = numbers.compared - counted_,
                 now = clock_.now()](CaseDatabase& cases, UrlFrontier& frontier) -> Result<Heartbeat> {
        try {
            auto beat = count_sites(numbers.sites, cases.heartbeat_since(now));
            beat.compared = cases.compared_since_heartbeat() + uncounted;
            beat.problems = static_cast<std::int64_t>(numbers.problems);
            add_stored(beat, cases, frontier, now);
            return beat;
        } catch (const std::exception& error) { // a disk that cannot be read or written
            return Error{Errc::io, error.what()};
        }
    };
    const auto beat = co_await stores_.run(std::move(work));
    if (!beat) co_return json::object{{"error", to_string(beat.error())}};
    auto object = alerts::heartbeat_json(*beat);
    object.erase("key");
    object.erase("signature");
    object["next"] = settings_.heartbeat_at
                         ? json::value(format_utc(settings_.zone->next(beat->since, *settings_.heartbeat_at)))
                         : json::value(nullptr);
    co_return object;
}

} // namespace stillwatch::daemon
