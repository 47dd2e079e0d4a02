#include "core/face.hpp"

#include <string.h> // explicit_bzero

namespace stillwatch {

namespace {

constexpr std::array<std::string_view, 3> band_names{"weak", "lead", "strong"};
constexpr std::array<double, 3> band_scores{0.05, 0.10, 0.15};

} // namespace

std::string_view name_of(Band band) noexcept
{
    const auto index = static_cast<std::size_t>(band);
    return index < band_names.size() ? band_names[index] : "unknown";
}

double score_of(Band band) noexcept
{
    const auto index = static_cast<std::size_t>(band);
    return index < band_scores.size() ? band_scores[index] : 0;
}

std::optional<Band> band_of(const Match& match) noexcept
{
    if (match.tier != Tier::resemblance) return std::nullopt;
    // As stored: the nearest below.
    if (match.score >= band_scores[2]) return Band::strong;
    return match.score >= band_scores[1] ? Band::lead : Band::weak;
}

void wipe(FacesSeen& seen) noexcept
{
    for (auto& face : seen.faces)
        if (!face.embedding.empty())
            explicit_bzero(face.embedding.data(), face.embedding.size() * sizeof face.embedding.front());
}

} // namespace stillwatch
