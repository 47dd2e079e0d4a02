#pragma once

#include "core/digest.hpp"
#include "core/links.hpp"
#include "core/url.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace stillwatch::pipeline {

// Recognises what a host answers in place of everything: "hotlinking forbidden", a log-in drawn as a picture,
// "image removed", one page for all addresses. It says so with success, and only the same bytes under many
// addresses tell. Loop thread; in memory.
class StandIns {
public:
    static constexpr std::size_t last_answers = 64; // of an origin, pages and pictures each
    static constexpr std::size_t least_addresses = 10;
    static constexpr std::size_t share_percent = 75; // of the last answers

    enum class Change : std::uint8_t { none, begins, ends };
    // An answer came. Whether most of the last addresses of its origin are answered with the same bytes now,
    // or are not any more.
    Change note(const Url& url, LinkKind kind, const Sha256& content);
    // Whether these bytes stand for most addresses of that origin.
    bool is_one(const Url& url, LinkKind kind, const Sha256& content) const;

private:
    static constexpr std::size_t max_origins = 10'000;
    struct Answer {
        std::size_t address = 0; // hashed
        Sha256 content{};
    };
    struct Answers {
        std::deque<Answer> last{};
        std::optional<Sha256> stands_in{};
    };
    std::map<std::pair<std::string, LinkKind>, Answers> origins_;
};

} // namespace stillwatch::pipeline
