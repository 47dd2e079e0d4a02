#include "core/log.hpp"
#include "daemon/engine.hpp"
#include "pipeline/collisions.hpp"

// References of two cases that show the same picture.
namespace stillwatch::daemon {

Task<> Engine::tell_collisions(std::vector<ReferenceId> references)
{
    const auto settings = pipeline_.settings();
    const auto told =
        co_await pipeline::tell_collisions(stores_, settings->record, std::move(references), clock_.now());
    if (!told) {
        log::error("engine", "references that collide not told", {{"reason", to_string(told.error())}});
        counters_.add("record_errors_total");
    } else if (*told > 0) {
        counters_.add("references_collided_total", {}, {}, static_cast<std::int64_t>(*told));
        if (channels_) channels_->wake();
    }
}

} // namespace stillwatch::daemon
