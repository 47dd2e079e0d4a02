#include "core/finding.hpp"

#include <array>

namespace stillwatch {

namespace {

constexpr std::array<std::string_view, 8> state_names{"new",     "confirmed",    "dismissed", "unsure",
                                                      "noticed", "acknowledged", "down",      "reappeared"};

} // namespace

std::string_view name_of(FindingState state) noexcept
{
    const auto index = static_cast<std::size_t>(state);
    return index < state_names.size() ? state_names[index] : "unknown";
}

std::optional<FindingState> finding_state_from_name(std::string_view name) noexcept
{
    for (std::size_t i = 0; i < state_names.size(); ++i)
        if (state_names[i] == name) return static_cast<FindingState>(i);
    return std::nullopt;
}

std::string_view name_of(PageState state) noexcept
{
    switch (state) {
    case PageState::named: return "named";
    case PageState::not_named: return "not_named";
    case PageState::gone: return "gone";
    case PageState::unavailable: return "unavailable";
    case PageState::none: return "none";
    case PageState::unchecked: return "unchecked";
    }
    return "unknown";
}

std::string_view name_of(EvidenceState state) noexcept
{
    switch (state) {
    case EvidenceState::stored: return "stored";
    case EvidenceState::pending: return "pending";
    case EvidenceState::none: return "none";
    }
    return "unknown";
}

bool is_same_class(const FoundPicture& one, const FoundPicture& other) noexcept
{
    if (one.match.status != other.match.status) return false;
    if (one.content == other.content) return true;
    if (!one.fingerprint || !other.fingerprint) return false;
    if (hamming(*one.fingerprint, *other.fingerprint) > max_class_distance_bits) return false;
    const auto is_copy = [](Tier tier) { return tier == Tier::exact || tier == Tier::near; };
    if (is_copy(one.match.tier) && is_copy(other.match.tier)) return true;
    return one.match.tier == other.match.tier && one.match.relation == other.match.relation;
}

} // namespace stillwatch
