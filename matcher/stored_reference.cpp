#include "matcher/stored_reference.hpp"

#include <string.h> // explicit_bzero

#include <stdexcept>

namespace stillwatch::matcher {

namespace {

template <class Vector>
void wipe_elements(Vector& elements) noexcept
{
    if (!elements.empty()) explicit_bzero(elements.data(), elements.size() * sizeof elements.front());
}

} // namespace

StoredReference::StoredReference(const EnrolledReference& enrolled, std::pmr::memory_resource& memory)
    : reference(enrolled.reference), case_id(enrolled.case_id), file_digest(enrolled.file_digest),
      data_digest(enrolled.features.data_digest),
      frames(enrolled.features.frames.begin(), enrolled.features.frames.end(), &memory), local(&memory),
      listed(&memory), moments(enrolled.moments.begin(), enrolled.moments.end(), &memory), face(&memory)
{
    if (enrolled.face) {
        face.assign(enrolled.face->embedding.begin(), enrolled.face->embedding.end());
        face_model = enrolled.face->model;
        face_picture = enrolled.face->picture;
    }
    if (enrolled.listed) listed.push_back(*enrolled.listed);
    const auto& features = enrolled.features;
    local.reserve(features.local.size());
    for (std::size_t i = 0; i < features.local.size(); ++i) {
        const auto& frame = features.local[i];
        const Size size{static_cast<double>(frame.width_px), static_cast<double>(frame.height_px)};
        StoredFrame stored{
            size, std::pmr::vector<LocalFeature>(frame.features.begin(), frame.features.end(), &memory),
            i < features.sign_grid.size() ? StoredSignGrid(features.sign_grid[i], memory)
                                          : StoredSignGrid(memory)};
        local.push_back(std::move(stored));
    }
    if (!is_video()) return;
    if (moments.size() != local.size())
        throw std::invalid_argument("a reference that is a video has other frames than moments");
    for (std::size_t i = 0; i < moments.size(); ++i)
        if (moments[i].searched_features > local[i].features.size())
            throw std::invalid_argument("a moment of a reference searches for more than its frame has");
}

void wipe(std::vector<EnrolledReference>& references) noexcept
{
    for (auto& reference : references) {
        auto& features = reference.features;
        explicit_bzero(&reference.file_digest, sizeof reference.file_digest);
        explicit_bzero(&features.file_digest, sizeof features.file_digest);
        explicit_bzero(&features.data_digest, sizeof features.data_digest);
        if (reference.face) {
            wipe_elements(reference.face->embedding);
            explicit_bzero(&reference.face->picture, sizeof reference.face->picture);
        }
        if (reference.listed) explicit_bzero(&reference.listed->value, sizeof reference.listed->value);
        wipe_elements(features.frames);
        for (auto& frame : features.local)
            wipe_elements(frame.features);
        for (auto& sign_grid : features.sign_grid) {
            wipe_elements(sign_grid.tiles);
            for (auto* plane : {&sign_grid.sign_grid.right, &sign_grid.sign_grid.down,
                                &sign_grid.sign_grid.right_clear, &sign_grid.sign_grid.down_clear})
                wipe_elements(*plane);
        }
    }
}

} // namespace stillwatch::matcher
