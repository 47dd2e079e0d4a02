#include "daemon/watcher.hpp"

#include "core/log.hpp"
#include "pipeline/evidence_room.hpp"
#include "pipeline/finding_alerts.hpp"
#include "pipeline/under_check.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::daemon {

namespace {

constexpr std::chrono::minutes between_rounds{1};

struct Round {
    StillUpRound still_up;
    std::int64_t pending = 0;
    std::vector<std::pair<std::string, std::int64_t>> left_out;
};

// What a visit of the picture of a finding showed.
std::string saw(const store::VisitResult& result)
{
    const bool is_match = result.verdict && result.verdict->matched;
    switch (result.outcome) {
    case store::Outcome::compared:
        return is_match ? "the picture is there, and it matches"
                        : "another picture stands there, which does not match";
    case store::Outcome::gone: return fmt::format("the picture is gone (HTTP {})", result.http_status);
    case store::Outcome::refused: return "not asked: robots.txt, the site's scope or the guard forbid it";
    case store::Outcome::undecodable:
    case store::Outcome::too_small: return "a picture that cannot be read stands there";
    case store::Outcome::page:
    case store::Outcome::other: return "no picture stands there";
    default: break;
    }
    if (result.http_status > 0)
        return fmt::format("nothing that tells (HTTP {}); it is tried again", result.http_status);
    return "no answer; it is tried again";
}

} // namespace

Task<std::size_t> Watcher::round()
{
    const auto settings = settings_();
    const auto& record = settings->record;
    auto measure = [directory = record.evidence.directory, room = record.room] {
        return pipeline::measure_room(directory, room);
    };
    const auto used = co_await offload(services_.cpu, std::move(measure));
    pipeline::RoomVerdict room;
    if (used)
        room = pipeline::judge_room(*used, record.room);
    else
        room.refusal = used.error().detail;

    auto plan = [settings, can_write = room.refusal.empty(), now = services_.clock.now(),
                 &counters = services_.counters, &asked = asked_](
                    store::CaseDatabase& cases, crawler::UrlFrontier& frontier) -> Result<Round> {
        auto still_up = still_up_round(cases, frontier, settings->record, can_write, now, counters, asked);
        if (!still_up) return still_up.error();
        Round round;
        round.still_up = *std::move(still_up);
        round.pending = cases.pending_evidence();
        round.left_out = cases.matches_left_out(now);
        return round;
    };
    const auto done = co_await services_.stores.run(std::move(plan));
    if (!done) {
        log::error("watcher", "pictures of findings not looked after", {{"reason", to_string(done.error())}});
        co_return 0;
    }
    if (services_.under_check) services_.under_check->watch(done->still_up.under_check);
    if (done->still_up.has_alerts) services_.alerts_queued();
    auto& problems = services_.problems;
    problems.set(
        "checks", {},
        done->still_up.long_unclear == 0
            ? ""
            : fmt::format("of {} places of findings do not tell whether they are still up, three times in "
                          "a row or more: refused, unreachable, stopped or on no watch list",
                          done->still_up.long_unclear));
    if (!room.refusal.empty())
        problems.set("evidence", {}, "cannot be written: " + room.refusal);
    else if (!room.warning.empty() || done->pending == 0) // else the recorder said why
        problems.set("evidence", {}, room.warning);
    problems.set("evidence", "pending",
                 done->pending == 0 ? "" : fmt::format("of {} places is still to be made", done->pending));
    for (const auto& problem : problems.current())
        if (problem.kind == "findings" &&
            std::ranges::find(done->left_out, problem.subject,
                              &std::pair<std::string, std::int64_t>::first) == done->left_out.end())
            problems.clear("findings", problem.subject); // of another day
    for (const auto& [site, matches] : done->left_out)
        problems.set("findings", site, pipeline::left_out_text(matches));
    const auto looks = done->still_up.looks;
    services_.counters.add("looks_at_findings_total", {}, {}, static_cast<std::int64_t>(looks));
    co_return looks;
}

Task<> Watcher::follow(std::function<void()> on_looks)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    for (;;) {
        const auto looks = co_await round();
        if (looks > 0) on_looks();
        timer.expires_after(between_rounds);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await timer.async_wait(token);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
    }
}

Task<json::array> look_now(pipeline::Stores& stores, pipeline::Pipeline& pipeline, const Clock& clock,
                           std::vector<Url> pictures)
{
    json::array rows;
    for (const auto& picture : pictures) {
        json::object row;
        row["image_url"] = picture.text();
        const auto now = clock.now();
        const Timestamp until = now + std::chrono::minutes(10);
        auto visit = co_await stores.run(&crawler::UrlFrontier::claim_one, picture, now, until);
        if (!visit) {
            row["saw"] = "not asked: it is being visited just now, its host is stopped, or no site of the "
                         "watch list has it";
            rows.push_back(std::move(row));
            continue;
        }
        const auto id = visit->id;
        const auto visited = co_await pipeline.visit(*std::move(visit));
        Result<void> kept;
        if (visited) {
            const std::vector results{*visited};
            kept = co_await stores.run(&crawler::UrlFrontier::apply, std::cref(results));
        } else {
            const std::vector ids{id};
            kept = co_await stores.run(&crawler::UrlFrontier::release, std::cref(ids));
        }
        if (!kept) log::error("watcher", "visit not kept", {{"reason", to_string(kept.error())}});
        row["http_status"] = visited ? visited->http_status : 0;
        row["saw"] = visited ? saw(*visited) : to_string(visited.error());
        rows.push_back(std::move(row));
    }
    co_return std::move(rows);
}

} // namespace stillwatch::daemon
