#include "faces/reference_face.hpp"

#include "faces/people.hpp"

#include <fmt/format.h>

namespace stillwatch::faces {

Result<Face> reference_face(const FacesSeen& seen, const Gates& gates)
{
    const auto refuse = [](std::string why) { return Error{Errc::refused, std::move(why)}; };
    if (seen.faces.empty())
        return refuse(seen.left_out > 0
                          ? "its face is too small or too unclear: take a sharp photograph of the "
                            "face from the front"
                          : "no face is seen in it: take a photograph from the front, upright, "
                            "with nothing before the face");
    if (seen.faces.size() > 1 || seen.left_out > 0)
        return refuse(
            fmt::format("{} faces are seen in it: cut out the one that is meant, so that nobody else "
                        "is enrolled",
                        seen.faces.size() + seen.left_out));
    const auto& face = seen.faces.front();
    if (face.side_px < gates.reference_px)
        return refuse(
            fmt::format("the face is {:.0f} pixels wide, {:.0f} are needed: take a larger photograph",
                        face.side_px, gates.reference_px));
    if (face.score < gates.reference_score)
        return refuse("the face is not clearly one: take a photograph from the front, with light on the face "
                      "and nothing before it");
    if (face.norm < gates.reference_norm)
        return refuse(
            "the face is too unclear to tell people apart: take a sharper photograph, without filters");
    return face;
}

std::vector<std::size_t> odd_ones(const std::vector<std::vector<float>>& faces, const Gates& gates)
{
    std::vector<std::size_t> odd;
    for (std::size_t i = 0; i < faces.size(); ++i) {
        std::size_t unlike = 0;
        for (std::size_t j = 0; j < faces.size(); ++j)
            if (i != j && similarity(faces[i], faces[j]) < gates.reference_agreement) ++unlike;
        if (2 * unlike > faces.size() - 1) odd.push_back(i);
    }
    return odd;
}

std::string advice_for(std::size_t references)
{
    if (references == 0) return "";
    if (references < 3)
        return fmt::format(
            "{} of 3 to 10 photographs: with fewer than three about one true face in ten more is "
            "missed; add some from other days",
            references);
    if (references > 10) return fmt::format("{} photographs: more than ten bring nothing", references);
    return "";
}

} // namespace stillwatch::faces
