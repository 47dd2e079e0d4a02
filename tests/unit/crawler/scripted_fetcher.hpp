#pragma once

#include "core/fetch.hpp"
#include "crawler/pace/timekeeper.hpp"
#include "crawler/robots/robots_cache.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace stillwatch::crawler::test {

// Answers from a table and keeps what was asked, when.
class ScriptedFetcher final : public Fetcher {
public:
    struct Asked {
        std::string url;
        Moment at;
        std::vector<HeaderField> headers;
        std::vector<std::string> secrets{};
    };
    using Script = std::function<Result<Fetched>(const FetchRequest&)>;

    explicit ScriptedFetcher(Timekeeper& time) : time_(time) {}

    std::map<std::string, Script> pages; // others are 404
    std::chrono::milliseconds duration{0};
    std::vector<Asked> asked;
    int under_way = 0;
    int most_under_way = 0;

    Task<Result<Fetched>> fetch(FetchRequest request) override
    {
        asked.push_back({request.url.text(), time_.now(), request.headers, request.secrets});
        most_under_way = std::max(most_under_way, ++under_way);
        if (duration.count() > 0) {
            const auto alarm = time_.alarm();
            const auto end = time_.now() + duration;
            while (time_.now() < end)
                co_await alarm->wait_until(end);
        }
        --under_way;
        const auto found = pages.find(request.url.text());
        co_return found == pages.end() ? status(404)(request) : found->second(request);
    }

    std::size_t times_asked(std::string_view url) const
    {
        return static_cast<std::size_t>(std::ranges::count(asked, url, &Asked::url));
    }

    static Script status(int status, std::vector<HeaderField> headers = {}, std::string body = {})
    {
        return [=](const FetchRequest& request) -> Result<Fetched> {
            Fetched answer{.url = request.url};
            answer.status = status;
            answer.headers = headers;
            answer.body = to_bytes(body);
            return answer;
        };
    }
    static Script redirect(std::string to) { return status(302, {{"Location", std::move(to)}}); }
    static Script text(std::string body) { return status(200, {}, std::move(body)); }
    static Script fails(Errc code)
    {
        return [=](const FetchRequest&) -> Result<Fetched> { return Error{code, "as scripted"}; };
    }

private:
    Timekeeper& time_;
};

class MemoryRobots final : public RobotsStore {
public:
    std::map<std::string, store::RobotsRow> rows;
    Task<std::optional<store::RobotsRow>> load(std::string origin) override
    {
        const auto found = rows.find(origin);
        if (found == rows.end()) co_return std::nullopt;
        co_return found->second;
    }
    Task<> save(store::RobotsRow row) override
    {
        rows[row.origin] = row;
        co_return;
    }
};

} // namespace stillwatch::crawler::test
