#include "crawler/side_effects.hpp"

#include "core/links.hpp"
#include "crawler/plain_word.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace stillwatch::crawler {

namespace {

// Compared without '-', '_' and case: log-out, log_out and LogOut are one word.
constexpr std::array<std::string_view, 23> words{
    "logout", "logoff",  "signout",   "signoff",     "report",   "reportpost", "delete",   "deletepost",
    "remove", "destroy", "subscribe", "unsubscribe", "vote",     "upvote",     "downvote", "like",
    "unlike", "dislike", "follow",    "unfollow",    "takedown", "addtocart",  "markread",
};

// Parameters whose value names what is to be done.
constexpr std::array<std::string_view, 7> verbs{"action", "act", "do", "mode", "op", "cmd", "task"};

bool is_action(std::string_view text)
{
    const auto word = plain_word(text);
    return std::ranges::find(words, word) != words.end();
}

std::string_view without_script_suffix(std::string_view segment) noexcept
{
    for (const std::string_view suffix : {".php", ".html", ".htm", ".aspx", ".asp", ".cgi", ".jsp", ".do"})
        if (segment.size() > suffix.size() && segment.ends_with(suffix))
            return segment.substr(0, segment.size() - suffix.size());
    return segment;
}

bool ends_like_picture(std::string_view segment)
{
    const auto dot = segment.rfind('.');
    return dot != std::string_view::npos && is_picture_suffix(plain_word(segment.substr(dot + 1)));
}

} // namespace

bool has_side_effect(std::span<const std::string_view> segments, std::string_view query)
{
    const bool picture = !segments.empty() && ends_like_picture(segments.back());
    const auto names_action = [](std::string_view segment) {
        return is_action(without_script_suffix(segment));
    };
    if (!picture && std::ranges::any_of(segments, names_action)) return true;
    while (!query.empty()) {
        const auto end = query.find_first_of("&;");
        const auto parameter = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        const auto equals = parameter.find('=');
        const auto name = parameter.substr(0, equals);
        const auto value =
            equals == std::string_view::npos ? std::string_view{} : parameter.substr(equals + 1);
        if (std::ranges::find(verbs, plain_word(name)) != verbs.end() && is_action(value)) return true;
        if ((value.empty() || value == "1" || value == "true" || value == "yes") && is_action(name))
            return true;
    }
    return false;
}

} // namespace stillwatch::crawler
