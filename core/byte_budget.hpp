#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

namespace stillwatch {

class ByteShare;

// How much the bodies in flight may hold together, from their first byte until the visit they belong to ends.
// The first bytes of each are free, so that small bodies never wait for large ones; a body that outgrows them
// asks once for all it may need. Who does not fit waits in line: the host that holds least comes first, then
// who asked first. One that is alone always fits, so nothing waits for ever. Loop thread only.
class ByteBudget : public std::enable_shared_from_this<ByteBudget> {
public:
    // `free_bytes` of each body do not count against `most_bytes`.
    struct Limits {
        std::size_t most_bytes = 192U << 20U;
        std::size_t free_bytes = 1U << 20U;

        friend bool operator==(const Limits&, const Limits&) = default;
    };

    static std::shared_ptr<ByteBudget> make(Limits limits);

    // What is held already stays held.
    void use(Limits limits);
    // A share for one body of that host. It keeps the budget alive.
    std::shared_ptr<ByteShare> share(std::string host);

    const Limits& limits() const noexcept { return limits_; }
    std::size_t held_bytes() const noexcept { return held_; } // without what is free
    std::size_t waiting() const noexcept { return line_.size(); }
    std::uint64_t waits() const noexcept { return waits_; } // since it was made

private:
    friend class ByteShare;
    explicit ByteBudget(Limits limits) : limits_(limits) {}

    void serve();
    void hold(ByteShare& share, std::size_t bytes);
    void give_back(ByteShare& share, std::size_t bytes);

    Limits limits_;
    std::size_t held_ = 0;
    std::uint64_t waits_ = 0;
    std::map<std::string, std::size_t> held_by_host_;
    std::list<ByteShare*> line_;
};

// What one body holds; it gives all of it back when it goes.
class ByteShare {
public:
    ByteShare(std::shared_ptr<ByteBudget> budget, std::string host)
        : budget_(std::move(budget)), host_(std::move(host))
    {
    }
    ByteShare(const ByteShare&) = delete;
    ByteShare& operator=(const ByteShare&) = delete;
    ~ByteShare();

    // Whether the body may grow to so many bytes without asking.
    bool covers(std::size_t bytes) const noexcept;
    // Asks for as many bytes in all; true when it has them. Else it waits in line and `granted` is called
    // once, from wherever another share is given back: it must only wake somebody.
    bool ask(std::size_t bytes, std::function<void()> granted);
    // Takes them in any case: for who would else hold bytes while waiting for bytes.
    void take(std::size_t bytes);
    // Keeps at most so many.
    void shrink_to(std::size_t bytes);

private:
    friend class ByteBudget;
    std::size_t missing(std::size_t bytes) const noexcept;

    std::shared_ptr<ByteBudget> budget_;
    std::string host_;
    std::size_t held_ = 0;   // beyond what is free
    std::size_t wanted_ = 0; // more, while it waits
    std::function<void()> granted_;
};

} // namespace stillwatch
