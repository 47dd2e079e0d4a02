#pragma once

#include "core/async.hpp"
#include "core/digest.hpp"
#include "sandbox/worker_process.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::sandbox {

// One place for a worker. `idle` is empty while a request has the worker, or before there is one.
struct Slot {
    std::shared_ptr<WorkerProcess> idle{};
    std::weak_ptr<WorkerProcess> current{}; // idle or under way
    bool taken = false;
    bool used_before = false;
    std::size_t served = 0;
    std::chrono::steady_clock::duration busy{0};
    std::deque<Sha256> pictures{}; // that its worker keeps (sandbox/frame_cache.hpp), last asked about first
    std::string site{};            // whose documents its worker had first; empty while it is fresh
    bool is_shared = false;        // it had documents of more sites than that

    // Whether its worker had documents of somebody else than `of_site`.
    bool served_others(const std::string& of_site) const
    {
        return is_shared || (served > 0 && site != of_site);
    }
    // The slot has a fresh worker.
    void begin();
    // The worker was asked about that picture and told of it.
    void remember(const Sha256& file_digest);
    bool remembers(const Sha256& file_digest) const;
};

// The places for workers and the line of those who wait for one. Belongs to the loop's thread.
class Slots : public std::enable_shared_from_this<Slots> {
public:
    Slots(asio::io_context& io, std::size_t count);

    // The right to use one slot; gives it back at its end.
    struct Turn {
        Turn(std::shared_ptr<Slots> from, std::optional<Sha256> wanted_picture, std::string of_site);
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

        std::shared_ptr<Slots> slots;
        std::optional<Sha256> picture; // that the worker should remember
        std::string site;              // whose document it is
        const Slot* avoided = nullptr; // not this one
        Slot* slot = nullptr;          // nothing when the pool stops
        asio::steady_timer called;
    };

    // A free slot at once, best one that remembers `picture`, then one that serves `site`, never `avoided`;
    // else waits in line. Who comes about a picture goes ahead where the slot that remembers it becomes free.
    // That keeps nobody waiting for ever: a slot remembers few pictures, and no other one while such callers
    // have it.
    static Task<std::shared_ptr<Turn>> take_turn(std::shared_ptr<Slots> self, std::optional<Sha256> picture,
                                                 std::string site = {}, const Slot* avoided = nullptr);

    std::vector<Slot>& all() noexcept { return slots_; }
    bool are_stopping() const noexcept { return stopping_; }
    // From now on nobody gets a slot; those in line get an empty turn.
    void send_everyone_home();
    // When every slot was given back.
    static Task<void> all_back(std::shared_ptr<Slots> self);

private:
    Slot* free_slot(const Turn& turn);
    void give_back(Slot& slot);
    std::shared_ptr<Turn> next_for(const Slot& slot);

    asio::io_context& io_;
    std::vector<Slot> slots_;
    std::deque<std::weak_ptr<Turn>> line_;
    asio::steady_timer all_back_; // cancelled when a slot comes back while stopping
    bool stopping_ = false;
};

} // namespace stillwatch::sandbox
