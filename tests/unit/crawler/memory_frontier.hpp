#pragma once

#include "crawler/frontier.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>

namespace stillwatch::crawler::test {

// A frontier that forgets everything at its end.
class MemoryFrontier final : public Frontier {
public:
    struct Address {
        store::Visit visit;
        Timestamp due{};
        Timestamp leased_until{};
        int visits = 0;
    };

    HostId add_host(const std::string& site, const std::string& origin)
    {
        for (const auto& [id, host] : hosts)
            if (host.origin == origin) return id;
        const HostId id{static_cast<std::int64_t>(hosts.size()) + 1};
        hosts[id] = {id, site, origin, {}, 0};
        return id;
    }
    UrlId add(const std::string& site, const std::string& text, Timestamp due = {})
    {
        const auto url = Url::parse(text).value();
        for (const auto& [id, address] : addresses)
            if (address.visit.url == url) return id;
        const UrlId id{static_cast<std::int64_t>(addresses.size()) + 1};
        addresses.emplace(id, Address{.visit = {id, add_host(site, url.origin()), site, url}, .due = due});
        return id;
    }

    Task<std::vector<store::HostRow>> ready_hosts(Timestamp now) override
    {
        ++looks;
        std::vector<store::HostRow> ready;
        for (const auto& [id, host] : hosts)
            if (host.backoff_until <= now && has_due(id, now)) ready.push_back(host);
        co_return ready;
    }
    Task<std::optional<Timestamp>> next_due(Timestamp now) override
    {
        std::optional<Timestamp> next;
        for (const auto& [id, address] : addresses) {
            const auto due =
                std::max({address.due, address.leased_until, hosts[address.visit.host].backoff_until});
            if (due > now && (!next || due < *next)) next = due;
        }
        co_return next;
    }
    Task<std::vector<store::Visit>> claim(HostId host, Timestamp now, Timestamp lease_until,
                                          std::size_t limit) override
    {
        std::vector<store::Visit> claimed;
        for (auto& [id, address] : addresses) {
            if (claimed.size() == limit) break;
            if (address.visit.host != host || !is_due(address, now)) continue;
            address.leased_until = lease_until;
            claimed.push_back(address.visit);
        }
        largest_claim = std::max(largest_claim, claimed.size());
        co_return claimed;
    }
    Task<Result<>> apply(std::shared_ptr<const std::vector<store::VisitResult>> results) override
    {
        if (failing_applies > 0) {
            --failing_applies;
            co_return Error{Errc::io, "disk full"};
        }
        if (on_apply) on_apply();
        batches.push_back(results->size());
        for (const auto& result : *results) {
            auto& address = addresses.at(result.id);
            ++address.visits;
            address.due = result.due;
            address.leased_until = {};
            address.visit.last_outcome = result.outcome;
            for (const auto& found : result.discovered)
                add(found.site, found.url.text());
        }
        co_return done_;
    }
    Task<Result<>> release(std::vector<UrlId> ids) override
    {
        for (const auto id : ids)
            addresses.at(id).leased_until = {};
        co_return done_;
    }
    Task<Result<>> set_backoff(HostId host, Timestamp until, int errors_in_a_row) override
    {
        hosts[host].backoff_until = until;
        hosts[host].errors_in_a_row = errors_in_a_row;
        co_return done_;
    }

    std::size_t leased() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            addresses, [](const auto& pair) { return pair.second.leased_until > Timestamp{}; }));
    }

    std::map<HostId, store::HostRow> hosts;
    std::map<UrlId, Address> addresses;
    std::vector<std::size_t> batches;
    std::function<void()> on_apply;
    std::size_t largest_claim = 0;
    int failing_applies = 0;
    int looks = 0;

private:
    const Result<> done_{};

    bool is_due(const Address& address, Timestamp now) const
    {
        return address.due <= now && address.leased_until <= now;
    }
    bool has_due(HostId host, Timestamp now) const
    {
        return std::ranges::any_of(addresses, [&](const auto& pair) {
            return pair.second.visit.host == host && is_due(pair.second, now);
        });
    }
};

} // namespace stillwatch::crawler::test
