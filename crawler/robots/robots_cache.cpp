#include "crawler/robots/robots_cache.hpp"

#include <algorithm>

namespace stillwatch::crawler {

namespace {

std::chrono::milliseconds pause_before_retry(int failures)
{
    std::chrono::milliseconds pause = std::chrono::minutes(5);
    for (int i = 1; i < failures && pause < std::chrono::hours(6); ++i)
        pause *= 2;
    return std::min<std::chrono::milliseconds>(pause, std::chrono::hours(6));
}

} // namespace

// Marks an entry as being loaded and tells those who waited when that ends, however it ends.
class RobotsCache::Loading {
public:
    explicit Loading(Entry& entry) : entry_(entry) { entry_.is_loading = true; }
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;
    ~Loading()
    {
        entry_.is_loading = false;
        for (auto* alarm : entry_.waiting)
            alarm->ring();
    }

private:
    Entry& entry_;
};

namespace {

// Stands in a list of alarms for as long as it lives.
class Listed {
public:
    Listed(std::vector<Alarm*>& list, Alarm& alarm) : list_(list), alarm_(alarm) { list_.push_back(&alarm_); }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;
    ~Listed() { std::erase(list_, &alarm_); }

private:
    std::vector<Alarm*>& list_;
    Alarm& alarm_;
};

} // namespace

Task<Result<std::shared_ptr<const RobotsFile>>> RobotsCache::get(std::string origin, RobotsDownload download)
{
    make_room();
    auto& entry = entries_[origin];
    while (entry.is_loading) {
        const auto alarm = time_.alarm();
        const Listed listed(entry.waiting, *alarm);
        co_await alarm->wait_until(never);
    }
    if (entry.file && clock_.now() < entry.refresh_at) co_return entry.file;
    co_return co_await refresh(entry, std::move(origin), std::move(download));
}

Task<Result<std::shared_ptr<const RobotsFile>>> RobotsCache::refresh(Entry& entry, std::string origin,
                                                                     RobotsDownload download)
{
    const Loading loading(entry);
    std::optional<store::RobotsRow> earlier = entry.row;
    if (!entry.file) {
        earlier = co_await store_.load(origin);
        if (earlier) {
            entry.file = std::make_shared<const RobotsFile>(robots_file(*earlier, clock_.now()));
            entry.row = earlier;
            entry.row->body.clear();
            entry.refresh_at = earlier->fetched_at + robots_lifetime;
            const bool answered = access_by_status(earlier->http_status) != RobotsAccess::nothing;
            if (answered && clock_.now() < entry.refresh_at) co_return entry.file;
        }
    }

    auto fetched = co_await download(origin);
    if (!fetched) {
        entry.refresh_at = {}; // nothing is known by it: whoever comes next asks again
        co_return fetched.error();
    }
    const auto now = clock_.now();
    const bool answered = access_by_status(fetched->http_status) != RobotsAccess::nothing;
    entry.failures = answered ? 0 : entry.failures + 1;
    entry.refresh_at = now + (answered ? robots_lifetime : pause_before_retry(entry.failures));
    if (earlier && !answered) {
        // No answer replaces neither an earlier answer nor the time at which there was none for the first
        // time.
        if (access_by_status(earlier->http_status) == RobotsAccess::nothing)
            entry.file = std::make_shared<const RobotsFile>(robots_file(*earlier, now));
        co_return entry.file;
    }
    entry.file = std::make_shared<const RobotsFile>(robots_file(*fetched, now));
    entry.row = *fetched;
    entry.row->body.clear();
    co_await store_.save(std::move(*fetched));
    co_return entry.file;
}

Timestamp RobotsCache::asked_again_at(const std::string& origin) const
{
    const auto found = entries_.find(origin);
    return found == entries_.end() ? clock_.now() : found->second.refresh_at;
}

void RobotsCache::make_room()
{
    if (entries_.size() < max_origins) return;
    std::erase_if(entries_,
                  [](const auto& pair) { return !pair.second.is_loading && pair.second.waiting.empty(); });
}

} // namespace stillwatch::crawler
