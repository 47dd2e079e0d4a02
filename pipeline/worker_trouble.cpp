#include "pipeline/worker_trouble.hpp"

#include <fmt/format.h>

#include <utility>

namespace stillwatch::pipeline {

void WorkerTrouble::cannot_start(std::string why)
{
    problems_.set("workers", {}, std::move(why));
}

void WorkerTrouble::lost()
{
    drop_old();
    losses_.push_back(clock_.now());
    if (losses_.size() > many) losses_.pop_front();
    if (losses_.size() == many)
        problems_.set(
            "worker_losses", {},
            fmt::format(
                "{} pictures and pages within an hour cost the workers that read them; they wait and are "
                "tried again",
                many));
}

void WorkerTrouble::worked()
{
    problems_.clear("workers");
    if (losses_.empty()) return;
    drop_old();
    if (losses_.size() < many) problems_.clear("worker_losses");
}

void WorkerTrouble::drop_old()
{
    const auto oldest = clock_.now() - std::chrono::hours(1);
    while (!losses_.empty() && losses_.front() < oldest)
        losses_.pop_front();
}

} // namespace stillwatch::pipeline
