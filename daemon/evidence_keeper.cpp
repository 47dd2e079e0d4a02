#include "daemon/evidence_keeper.hpp"

#include "core/log.hpp"
#include "evidence/orphans.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::daemon {

namespace {

constexpr std::chrono::hours between_rounds{1};
// Fewer than the orphans that a start removes: those of a crash in the middle are made up for.
constexpr std::size_t packages_at_once = 8;
static_assert(packages_at_once < evidence::OrphanLimits{}.max_packages);

struct Gone {
    std::size_t packages = 0;
    std::string failure{}; // of the first file that could not be removed
};

} // namespace

Task<std::size_t> EvidenceKeeper::round()
{
    // Nothing is undone that a wrong clock removes, whoever says that it is wrong: a time authority, say.
    const auto of_clock = [](const Problem& problem) { return problem.kind == "clock"; };
    if (std::ranges::any_of(problems_.current(), of_clock)) {
        counters_.add("packages_not_expired_total", "reason", "clock");
        co_return 0;
    }
    const auto settings = settings_; // a reload may change them meanwhile
    std::size_t gone = 0;
    std::string failure;
    for (;;) {
        auto let_go = [&settings, now = clock_.now()](store::CaseDatabase& cases,
                                                      crawler::UrlFrontier&) -> Result<Gone> {
            const auto files =
                store::EvidenceTable(cases).expire(settings.usual, packages_at_once, {"stillwatchd", now});
            if (!files) return files.error();
            Gone some;
            for (const auto& file : *files) {
                const auto removed = evidence::remove_package(settings.directory, file);
                if (!removed && some.failure.empty()) some.failure = removed.error().detail;
            }
            some.packages = files->size();
            return some;
        };
        const auto some = co_await stores_.run(std::move(let_go));
        if (!some) failure = some.error().detail;
        if (some && failure.empty()) failure = some->failure;
        if (!some || some->packages == 0) break;
        gone += some->packages;
        if (!failure.empty()) break; // what cannot be removed is not to be forgotten by the thousand
    }
    problems_.set("evidence", "retention",
                  failure.empty() ? ""
                                  : fmt::format("packages whose time is over are not removed: {}", failure),
                  Severity::warning);
    counters_.add("packages_expired_total", {}, {}, static_cast<std::int64_t>(gone));
    if (gone > 0) log::info("evidence", "packages whose time is over removed", {{"packages", gone}});
    co_return gone;
}

Task<> EvidenceKeeper::run()
{
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    for (;;) {
        (void)co_await round(); // it told what there is to tell
        timer.expires_after(between_rounds);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await timer.async_wait(token);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
    }
}

} // namespace stillwatch::daemon
