#include "daemon/checkpoints.hpp"

#include "control/audit_tree.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stillwatch::daemon {

namespace {

constexpr std::chrono::hours between_checkpoints{1};

} // namespace

Task<> keep_checkpoints(pipeline::Stores& stores, const vault::SigningKey& key, const Clock& clock,
                        Problems& problems)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    for (;;) {
        auto keep = [&key, now = clock.now()](store::CaseDatabase& cases,
                                              crawler::UrlFrontier&) -> Result<store::AuditCheckpoint> {
            try {
                return control::keep_checkpoint(cases, key, now);
            } catch (const std::exception& error) { // a disk that cannot be read
                return Error{Errc::io, error.what()};
            }
        };
        const auto kept = co_await stores.run(std::move(keep));
        problems.set("audit", {}, kept ? "" : "no checkpoint can be kept: " + kept.error().detail);
        timer.expires_after(between_checkpoints);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await timer.async_wait(token);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
    }
}

} // namespace stillwatch::daemon
