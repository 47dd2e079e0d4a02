#include "daemon/reference_keeper.hpp"

#include "cases/references.hpp"
#include "core/log.hpp"

#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <functional>

namespace stillwatch::daemon {

namespace {

constexpr std::chrono::seconds pause_after_failure{30};

} // namespace

ReferenceKeeper::ReferenceKeeper(asio::io_context& loop, Stores& stores, const vault::KeyPair& installation,
                                 const Clock& clock)
    : stores_(stores), installation_(installation), clock_(clock),
      current_(std::make_shared<const matcher::ReferenceSet>(std::vector<matcher::EnrolledReference>{}, 0, memory_)),
      timer_(loop)
{
}

Task<Result<void>> ReferenceKeeper::reload()
{
    auto load = [this](store::CaseDatabase& cases, store::FrontierDatabase&) -> Result<cases::LoadedReferences> {
        try {
            return cases::load_references(cases, installation_, clock_.now(), memory_);
        } catch (const std::exception& error) { // memory that cannot be locked, a disk that cannot be read
            return Error{Errc::io, error.what()};
        }
    };
    auto loaded = co_await stores_.run(load);
    if (!loaded) {
        // What holds references of ended consents must not stay, and its memory may be what the new set lacks.
        current_ = std::make_shared<const matcher::ReferenceSet>(std::vector<matcher::EnrolledReference>{}, 0, memory_);
        loaded = co_await stores_.run(std::move(load));
    }
    problem_ = loaded ? "" : loaded.error().detail;
    if (!loaded) co_return loaded.error();
    for (const auto& refused : loaded->refused)
        log::warn("references", "reference not usable",
                  {{"case", refused.pseudonym}, {"reference", refused.name}, {"reason", refused.reason.detail}});
    current_ = std::move(loaded->set);
    next_change_ = loaded->next_change;
    timer_.cancel(); // follow_consents looks at the new time
    const Result<void> done;
    co_return done;
}

Task<> ReferenceKeeper::follow_consents(std::function<void()> on_change)
{
    bool is_failing = false;
    for (;;) {
        // A day at most: the wall clock may be set while we wait on a clock that never jumps.
        auto wait = std::chrono::milliseconds(std::chrono::hours(24));
        if (next_change_) wait = std::clamp(*next_change_ - clock_.now(), std::chrono::milliseconds(0), wait);
        if (is_failing) wait = pause_after_failure;
        timer_.expires_after(wait);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await timer_.async_wait(token);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
        if (error) continue; // a reload set another time
        const auto reloaded = co_await reload();
        is_failing = !reloaded;
        if (!reloaded) log::error("references", "not reloaded", {{"error", reloaded.error().detail}});
        on_change();
    }
}

} // namespace stillwatch::daemon
