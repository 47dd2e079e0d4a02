#include "pipeline/guard.hpp"

#include "alerts/event.hpp"
#include "core/log.hpp"
#include "pipeline/pipeline.hpp"

namespace stillwatch::pipeline {

std::vector<store::NewAlert> guard_alerts(const std::vector<std::string>& channels, const std::string& link,
                                          Timestamp now)
{
    alerts::AlertEvent event;
    event.type = "guard.tripped";
    event.at = now;
    event.epoch = 0;
    // By the moment: an id that followed from the address could be tried out.
    event.alert_id =
        alerts::alert_id({}, ReferenceId{}, "guard", std::to_string(now.time_since_epoch().count()), 0);
    event.link = alerts::alert_link(link, event.alert_id);
    std::vector<store::NewAlert> queued;
    for (const auto& channel : channels)
        queued.push_back({event.alert_id, channel, alerts::write_event(event)});
    return queued;
}

Task<bool> Guard::covers(Url address)
{
    if (!is_read_) {
        is_read_ = true;
        auto known = co_await services_.stores.run(&store::CaseDatabase::guarded_addresses);
        addresses_.merge(known);
    }
    co_return addresses_.contains(address.document().text());
}

Task<std::optional<cases::GuardReason>> Guard::reason_for(std::shared_ptr<const cases::GuardList> list,
                                                          std::shared_ptr<const Bytes> file)
{
    if (!list || !file || file->empty()) co_return std::nullopt;
    auto ask = [list = std::move(list), file = std::move(file)] { return list->reason_for(ByteView(*file)); };
    auto reason = co_await offload(services_.cpu, std::move(ask));
    co_return reason;
}

Task<> Guard::trip(const PipelineSettings& settings, const store::Visit& visit, cases::GuardReason reason)
{
    constexpr std::size_t most_pages = 1'000;
    const auto now = services_.clock.now();
    // Of a picture inside a document the address of that: its own holds a digest.
    const auto address = visit.url.document();
    auto alerts = guard_alerts(settings.record.guard_channels, settings.record.link, now);
    auto keep = [&visit, &address, &alerts, reason, now](store::CaseDatabase& cases,
                                                         crawler::UrlFrontier& frontier) {
        const auto pages = frontier.pages_naming(visit.id, most_pages);
        const auto number =
            cases.trip_guard(address, pages, cases::name_of(reason), alerts, {"stillwatchd", now});
        return std::pair(pages, number);
    };
    const auto [pages, number] = co_await services_.stores.run(std::move(keep));
    addresses_.insert(address.text());
    for (const auto& page : pages)
        addresses_.insert(page.text());
    services_.counters.add("guard_trips_total", "reason", cases::name_of(reason));
    if (!number) {
        services_.counters.add("record_errors_total");
        log::error("guard", "a hit was not written down", {{"reason", to_string(number.error())}});
        co_return;
    }
    log::warn("guard", "a picture that nobody may look at was met; nothing else of its page is told",
              {{"hit", *number}, {"by", cases::name_of(reason)}});
    if (*number > 0) services_.alerts_queued();
}

} // namespace stillwatch::pipeline
