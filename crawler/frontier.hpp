#pragma once

#include "core/async.hpp"
#include "store/site.hpp"
#include "store/visit.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace stillwatch::crawler {

// What is to be visited and what came of it, as the scheduler needs it. The daemon keeps it in the frontier
// database, on the store's thread; tests in memory. Meanings as in crawler::UrlFrontier; which reference
// generation makes pictures stale is known behind this interface.
class Frontier {
public:
    virtual ~Frontier() = default;
    virtual Task<std::vector<store::HostRow>> ready_hosts(Timestamp now) = 0;
    virtual Task<std::optional<Timestamp>> next_due(Timestamp now) = 0;
    virtual Task<std::vector<store::Visit>> claim(HostId host, Timestamp now, Timestamp lease_until,
                                                  std::size_t limit) = 0;
    virtual Task<Result<>> apply(std::shared_ptr<const std::vector<store::VisitResult>> results) = 0;
    virtual Task<Result<>> release(std::vector<UrlId> ids) = 0;
    virtual Task<Result<>> set_backoff(HostId host, Timestamp until, int errors_in_a_row) = 0;
};

} // namespace stillwatch::crawler
