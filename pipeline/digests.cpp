#include "pipeline/digests.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stillwatch::pipeline {

Digests::Waiting::Waiting(Digests& owner, ByteView body, const asio::any_io_executor& loop)
    : digests(owner), steps(body), called(loop, asio::steady_timer::time_point::max())
{
}

Digests::Waiting::~Waiting()
{
    if (digests.waiting_ == this) digests.waiting_ = nullptr;
}

Task<Sha256> Digests::of(ByteView body)
{
    if (body.size() < least_bytes || !Sha256Steps::go_well_together()) co_return Sha256::of(body);
    const auto loop = co_await asio::this_coro::executor;
    Waiting own(*this, body, loop);
    if (waiting_ != nullptr) {
        Sha256Steps::advance(own.steps, waiting_->steps);
        if (waiting_->steps.is_nearly_done()) let_go();
    }
    if (waiting_ == nullptr && !own.steps.is_nearly_done()) {
        let_wait(own, loop);
        constexpr auto without_exception = asio::as_tuple(asio::use_awaitable);
        (void)co_await own.called.async_wait(without_exception);
        if (waiting_ == &own) waiting_ = nullptr; // the wait itself was cancelled
    }
    co_return own.steps.finish();
}

void Digests::let_wait(Waiting& one, const asio::any_io_executor& loop)
{
    waiting_ = &one;
    ++waits_;
    if (!looks_) looks_.emplace(loop);
    if (!is_looking_) look_again();
}

void Digests::let_go()
{
    waiting_->called.cancel();
    waiting_ = nullptr;
}

// Whoever waited at the last look already is not joined any more.
void Digests::look_again()
{
    is_looking_ = true;
    looks_->expires_after(look);
    looks_->async_wait(
        [this, here = std::weak_ptr(exists_), before = waits_](const boost::system::error_code& cancelled) {
            if (cancelled || here.expired()) return;
            is_looking_ = false;
            if (waiting_ != nullptr && waits_ == before) let_go();
            if (waiting_ != nullptr) look_again();
        });
}

} // namespace stillwatch::pipeline
