#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The ways by which a picture is asked to be taken down: what each asks a notice to say, how long the one who
// gets it has, and who will see which name. Data, no text of a notice (followup/notice_template.hpp).
namespace stillwatch::followup {

enum class Route : std::uint8_t {
    take_it_down, // 47 U.S.C. 223a, platforms in the United States
    osa,          // Online Safety Act 2023, s.10(3A) and s.20A, United Kingdom
    dsa16,        // Regulation (EU) 2022/2065, Article 16
    gdpr17,       // Regulation (EU) 2016/679, Article 17
    dmca,         // 17 U.S.C. 512(c)(3)
    search,       // removal forms of search engines
    host,         // the company whose machines serve the site
    registrar,    // the one that registered its name
    cdn,          // the network in front of it
    police,       // a report for an officer
};
constexpr std::size_t routes = 10;
std::string_view name_of(Route route) noexcept; // "take-it-down"
std::optional<Route> route_from_name(std::string_view name) noexcept;
std::string route_names(); // for messages

// One thing that a notice has to say.
struct Element {
    std::string_view name; // marks its paragraph in the template
    std::string_view asks; // in short words, what is asked for
    // What the paragraph says with data: each of these placeholders stands in it.
    std::vector<std::string_view> placeholders;
    std::string_view source; // "47 U.S.C. 223a(a)(1)(B)(i)"
    std::string_view as_of;  // the day of the text that the source was read in, "2026-03-25"
};

struct RouteRule {
    Route route;
    std::string_view title;
    std::vector<Element> elements;
    // How long the recipient has, from the moment of sending; none where the law names no time. Months are
    // those of the calendar (Regulation 1182/71).
    std::optional<std::chrono::hours> hours{};
    std::optional<std::chrono::months> months{};
    std::string_view privacy; // who sees which name, told before anything is sent
    // Data of the person that this way does not need and a template for it may not hold.
    std::vector<std::string_view> forbidden{};
};
const RouteRule& rule_of(Route route);

// When the time is up that the recipient has: by the law, or else `customary` after sending; nothing where
// neither names a time.
std::optional<Timestamp> deadline_of(Route route, Timestamp sent_at,
                                     std::optional<std::chrono::milliseconds> customary);

// docs/notices.md: every element of every route with its source and date.
std::string elements_document();

} // namespace stillwatch::followup
