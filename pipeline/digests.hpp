#pragma once

#include "core/async.hpp"
#include "core/digest.hpp"
#include "core/sha256_steps.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace stillwatch::pipeline {

// SHA-256 of bodies, two side by side where the processor gains by it: a body waits for another, and the
// longer of two for one more, one to two `look`s for each. Loop thread only.
class Digests {
public:
    static constexpr std::chrono::milliseconds look{4};
    // Shorter ones are done before another could come.
    static constexpr std::size_t least_bytes = 4'096;

    // The digest of `body`, which outlives the wait.
    Task<Sha256> of(ByteView body);

private:
    struct Waiting {
        Waiting(Digests& owner, ByteView body, const asio::any_io_executor& loop);
        ~Waiting();
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;

        Digests& digests;
        Sha256Steps steps;
        asio::steady_timer called; // ends when there is nothing to wait for any more
    };

    void let_wait(Waiting& one, const asio::any_io_executor& loop);
    void let_go();
    // One timer for all: setting one for each body costs as much as hashing it does.
    void look_again();

    Waiting* waiting_ = nullptr;
    std::uint64_t waits_ = 0; // so far
    std::optional<asio::steady_timer> looks_;
    bool is_looking_ = false;
    std::shared_ptr<const bool> exists_ = std::make_shared<const bool>(true); // for the timer's handler
};

} // namespace stillwatch::pipeline
