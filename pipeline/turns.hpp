#pragma once

#include "core/async.hpp"
#include "core/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

namespace stillwatch::pipeline {

// Lets so many at once do what takes much, the others in the order in which they came. On the loop's thread;
// it must outlive the turns that it gave.
class Turns {
public:
    explicit Turns(std::size_t most) : left_(most) {}
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    // Over when it is destroyed.
    class Turn {
    public:
        explicit Turn(Turns& turns) : turns_(&turns) {}
        Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn()
        {
            if (turns_) turns_->give_back();
        }

    private:
        Turns* turns_;
    };

    // Errors: cancelled.
    Task<Result<Turn>> take();

private:
    void give_back();

    std::size_t left_;
    std::list<asio::steady_timer*> waiting_; // each runs until its turn has come
};

} // namespace stillwatch::pipeline
