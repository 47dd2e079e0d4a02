#include "crawler/result_batcher.hpp"

#include "core/log.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::crawler {

void ResultBatcher::add(store::VisitResult result, Applied applied)
{
    results_.push_back(std::move(result));
    applied_.push_back(std::move(applied));
    if (results_.size() == 1) first_at_ = time_.now();
    if (results_.size() == 1 || results_.size() == max_results) alarm_->ring();
}

Task<> ResultBatcher::run()
{
    while (!finishing_ || !results_.empty()) {
        const auto flush_at = results_.empty() ? never
                              : in_hurry_      ? time_.now()
                                               : first_at_ + (is_awaited_ ? age_awaited_ : max_age);
        const bool ready = results_.size() >= max_results || flush_at <= time_.now();
        if (ready)
            co_await flush();
        else
            co_await alarm_->wait_until(flush_at);
    }
}

void ResultBatcher::hasten()
{
    if (results_.empty() || std::exchange(is_awaited_, true)) return;
    alarm_->ring();
}

void ResultBatcher::hurry()
{
    in_hurry_ = true;
    alarm_->ring();
}

void ResultBatcher::finish()
{
    finishing_ = true;
    hurry();
}

// An exception must not keep those waiting whose results these are.
Task<Result<>> ResultBatcher::apply(std::shared_ptr<const std::vector<store::VisitResult>> batch)
{
    try {
        co_return co_await frontier_.apply(std::move(batch));
    } catch (const std::exception& error) {
        co_return Error{Errc::io, error.what()};
    }
}

Task<> ResultBatcher::flush()
{
    const auto batch = std::make_shared<const std::vector<store::VisitResult>>(std::exchange(results_, {}));
    const auto applied = std::exchange(applied_, {});
    is_awaited_ = false;
    const auto began = time_.now();
    for (int attempt = 1;; ++attempt) {
        const bool last = in_hurry_ || (max_attempts_ > 0 && attempt >= max_attempts_);
        const auto done = co_await apply(batch);
        if (done) break;
        if (attempt == 1 || last)
            log::error("crawler", last ? "results of visits are lost" : "results of visits cannot be stored",
                       {{"results", batch->size()}, {"error", to_string(done.error())}});
        if (last) {
            failure_ = done.error();
            break;
        }
        const auto again_at = time_.now() + std::chrono::seconds(std::min(attempt, 30));
        while (!in_hurry_ && time_.now() < again_at)
            co_await alarm_->wait_until(again_at);
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(time_.now() - began);
    age_awaited_ = std::clamp(age_of_writing * took, max_age_awaited, max_age);
    for (std::size_t i = 0; i < applied.size(); ++i)
        applied[i](!(*batch)[i].discovered.empty());
}

} // namespace stillwatch::crawler
