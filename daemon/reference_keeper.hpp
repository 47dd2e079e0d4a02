#pragma once

#include "core/async.hpp"
#include "core/clock.hpp"
#include "daemon/stores.hpp"
#include "matcher/reference_set.hpp"
#include "vault/locked_memory.hpp"
#include "vault/seal.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace stillwatch::daemon {

// Holds the references that may be compared now, in locked memory, and exchanges the whole set when cases change
// or a consent begins or ends. An old set is wiped as soon as the last comparison with it ended. Loop thread.
class ReferenceKeeper {
public:
    // Everything given must outlive it, and it must outlive every set it gave.
    ReferenceKeeper(asio::io_context& loop, Stores& stores, const vault::KeyPair& installation, const Clock& clock);

    // Never null: before the first reload an empty set of generation 0.
    std::shared_ptr<const matcher::ReferenceSet> current() const { return current_; }

    // Why the last reload failed; empty when it did not.
    const std::string& problem() const noexcept { return problem_; }

    // Reads the cases again. Errors: io (memory cannot be locked; then the set is empty: nothing is compared with
    // references whose consent may have ended).
    Task<Result<void>> reload();
    // Reloads each time a consent begins or ends; `on_change` is called after each. Ends only by cancellation.
    Task<> follow_consents(std::function<void()> on_change);

private:
    Stores& stores_;
    const vault::KeyPair& installation_;
    const Clock& clock_;
    vault::LockedMemoryResource memory_;
    std::shared_ptr<const matcher::ReferenceSet> current_;
    std::optional<Timestamp> next_change_;
    std::string problem_;
    asio::steady_timer timer_;
};

} // namespace stillwatch::daemon
