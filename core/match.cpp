#include "core/match.hpp"

#include <array>

namespace stillwatch {

namespace {

constexpr std::array<std::string_view, 4> tier_names{"exact", "near", "derived", "resemblance"};
constexpr std::array<std::string_view, 4> relation_names{"copy", "edited", "same_scene", "face_only"};
constexpr std::array<std::string_view, 2> status_names{"match", "candidate"};

constexpr std::array<std::string_view, 9> reason_names{
    "same_bytes",     "fingerprints_agree", "layout_agrees",     "background_agrees", "partial_overlap",
    "other_exposure", "drawn_frame_only",   "too_little_agrees", "face_resembles"};

} // namespace

std::string_view name_of(Tier tier) noexcept
{
    const auto index = static_cast<std::size_t>(tier);
    return index < tier_names.size() ? tier_names[index] : "unknown";
}

std::optional<Tier> tier_from_name(std::string_view name) noexcept
{
    for (std::size_t i = 0; i < tier_names.size(); ++i)
        if (tier_names[i] == name) return static_cast<Tier>(i);
    return std::nullopt;
}

std::string_view name_of(Relation relation) noexcept
{
    const auto index = static_cast<std::size_t>(relation);
    return index < relation_names.size() ? relation_names[index] : "unknown";
}

std::string_view name_of(MatchStatus status) noexcept
{
    const auto index = static_cast<std::size_t>(status);
    return index < status_names.size() ? status_names[index] : "unknown";
}

std::string_view name_of(Reason reason) noexcept
{
    const auto index = static_cast<std::size_t>(reason);
    return index < reason_names.size() ? reason_names[index] : "unknown";
}

} // namespace stillwatch
