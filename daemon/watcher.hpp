#pragma once

#include "core/async.hpp"
#include "core/json.hpp"
#include "daemon/still_up.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/services.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace stillwatch::daemon {

// Pictures of live findings are looked at on a schedule of their own: a page that did not change would never
// bring back a picture that was taken down and put up again. Also says what of findings calls for a person:
// evidence that is pending, a disk that fills up, matches above the bound of the day. Loop thread.
class Watcher {
public:
    Watcher(pipeline::Services services,
            std::function<std::shared_ptr<const pipeline::PipelineSettings>()> settings)
        : services_(std::move(services)), settings_(std::move(settings))
    {
    }
    // A round a minute, without end; `on_looks` when pictures became due.
    Task<> follow(std::function<void()> on_looks);
    // One round: pictures whose time has come are made due, within their hosts' pace. How many.
    Task<std::size_t> round();

private:
    pipeline::Services services_;
    std::function<std::shared_ptr<const pipeline::PipelineSettings>()> settings_;
    AskedAt asked_; // store thread, in a round
};

// Visits these pictures now, as the crawl would: for each {"image_url", "http_status", "saw"}, a sentence.
Task<json::array> look_now(pipeline::Stores& stores, pipeline::Pipeline& pipeline, const Clock& clock,
                           std::vector<Url> pictures);

} // namespace stillwatch::daemon
