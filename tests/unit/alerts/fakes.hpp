#pragma once

#include "alerts/event.hpp"
#include "core/clock.hpp"
#include "core/fetch.hpp"
#include "core/mail.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <deque>
#include <optional>
#include <stdexcept>
#include <vector>

namespace stillwatch::alerts {

inline Timestamp at(std::string_view text)
{
    return parse_utc(text).value();
}

struct ManualClock final : Clock {
    Timestamp time = at("2026-11-23T02:17:00.250Z");
    Timestamp now() const override { return time; }
};

inline AlertEvent sample_event()
{
    AlertEvent event;
    event.alert_id = alert_id("C-7F3K", ReferenceId{4}, "picture", "address", 1);
    event.type = "match.opened";
    event.at = at("2026-11-23T00:10:00Z");
    event.case_pseudonym = "C-7F3K";
    event.tier = Tier::near;
    event.count = 3;
    event.link = "https://desk.helpline.example/a/" + event.alert_id;
    return event;
}

// What the task gives, when it ends without waiting for anything outside.
template <class T>
T run(Task<T> task)
{
    asio::io_context loop{1};
    std::optional<T> result;
    std::exception_ptr thrown;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failure, T value) {
        thrown = failure;
        if (!failure) result = std::move(value);
    });
    loop.poll();
    if (thrown) std::rethrow_exception(thrown);
    if (!result) throw std::runtime_error("the task waits for something");
    return std::move(*result);
}

// Keeps what it was given; answers come from `answers`, success when there are none left.
struct KeepingMailer final : Mailer {
    std::vector<MailMessage> messages;
    std::deque<Result<void>> answers;
    Task<Result<void>> send(MailServer, MailMessage message) override
    {
        messages.push_back(std::move(message));
        Result<void> answer;
        if (!answers.empty()) {
            answer = answers.front();
            answers.pop_front();
        }
        co_return answer;
    }
};

struct KeepingFetcher final : Fetcher {
    std::vector<FetchRequest> requests;
    int status = 200;
    std::vector<HeaderField> headers;
    std::optional<Error> error;
    Task<Result<Fetched>> fetch(FetchRequest request) override
    {
        requests.push_back(request);
        if (error) co_return *error;
        Fetched answer{request.url};
        answer.status = status;
        answer.headers = headers;
        co_return answer;
    }
};

} // namespace stillwatch::alerts
