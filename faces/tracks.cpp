#include "faces/tracks.hpp"

#include <string.h> // explicit_bzero

#include <algorithm>
#include <cmath>
#include <map>

namespace stillwatch::faces {

namespace {

constexpr double least_overlap = 0.3;
constexpr float least_alike = 0.5F;
constexpr std::int64_t most_apart_ms = 5'000;

void overwrite(std::vector<float>& numbers) noexcept
{
    if (!numbers.empty()) explicit_bzero(numbers.data(), numbers.size() * sizeof numbers.front());
}

// Intersection over union.
double overlap(const std::array<double, 4>& a, const std::array<double, 4>& b)
{
    const double width = std::min(a[0] + a[2], b[0] + b[2]) - std::max(a[0], b[0]);
    const double height = std::min(a[1] + a[3], b[1] + b[3]) - std::max(a[1], b[1]);
    if (width <= 0 || height <= 0) return 0;
    const double shared = width * height;
    return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}

void add_to(std::vector<float>& sum, const std::vector<float>& numbers)
{
    if (sum.empty()) sum.resize(numbers.size());
    for (std::size_t i = 0; i < sum.size() && i < numbers.size(); ++i)
        sum[i] += numbers[i];
}

void make_unit(std::vector<float>& numbers)
{
    const float length = std::sqrt(similarity(numbers, numbers));
    for (auto& number : numbers)
        number = length > 0 ? number / length : 0;
}

} // namespace

void wipe(Track& track) noexcept
{
    overwrite(track.probe);
}

Tracks::~Tracks()
{
    for (auto& one : faces_)
        overwrite(one.face.embedding);
}

void Tracks::add(std::int64_t time_ms, FacesSeen seen)
{
    if (faces_.capacity() == 0) faces_.reserve(max_faces); // at once, so that no outgrown copy is left behind
    for (auto& face : seen.faces) {
        const bool is_kept = seen.model == model_ && face.side_px >= least_side_px && !is_full();
        if (is_kept) faces_.push_back({time_ms, std::move(face)});
    }
    wipe(seen);
}

std::vector<Track> Tracks::tracks() const
{
    std::vector<const Sighting*> rising;
    for (const auto& one : faces_)
        rising.push_back(&one);
    std::ranges::stable_sort(rising, {}, &Sighting::time_ms);
    std::vector<std::vector<const Sighting*>> linked;
    for (const auto* one : rising) {
        std::vector<const Sighting*>* best = nullptr;
        float most_alike = least_alike;
        for (auto& track : linked) {
            const auto* last = track.back();
            if (last->time_ms >= one->time_ms || one->time_ms - last->time_ms > most_apart_ms) continue;
            if (overlap(last->face.box, one->face.box) < least_overlap) continue;
            const float alike = similarity(last->face.embedding, one->face.embedding);
            if (alike < most_alike) continue;
            most_alike = alike;
            best = &track;
        }
        if (best != nullptr)
            best->push_back(one);
        else
            linked.push_back({one});
    }
    std::vector<Track> result;
    for (auto& track : linked) {
        Track told;
        told.from_ms = track.front()->time_ms;
        told.to_ms = track.back()->time_ms;
        told.frames = track.size();
        std::ranges::stable_sort(track, std::ranges::greater{},
                                 [](const Sighting* one) { return one->face.norm; });
        const auto& clearest = *track.front();
        told.clearest.box = clearest.face.box;
        told.clearest.score = clearest.face.score;
        told.clearest.side_px = clearest.face.side_px;
        told.clearest.norm = clearest.face.norm;
        told.clearest_ms = clearest.time_ms;
        const auto count = track.size() < least_of_mean ? 1 : std::min(track.size(), most_of_mean);
        for (std::size_t i = 0; i < count; ++i) {
            add_to(told.probe, track[i]->face.embedding);
            told.best_ms.push_back(track[i]->time_ms);
        }
        told.faces = static_cast<int>(count);
        std::ranges::sort(told.best_ms);
        make_unit(told.probe);
        result.push_back(std::move(told));
    }
    std::ranges::stable_sort(result, std::ranges::greater{}, &Track::frames);
    return result;
}

std::vector<LeadByTrack> leads_in(std::span<const Track> tracks, const People& people, const Sha256& model)
{
    struct Best {
        Resemblance alike;
        std::size_t track = 0;
    };
    std::map<CaseId, Best> best;
    for (std::size_t t = 0; t < tracks.size(); ++t)
        for (const auto& alike : people.alike(tracks[t].probe, tracks[t].faces)) {
            if (alike.band == Band::weak && tracks[t].frames < least_of_mean) continue;
            const auto known = best.find(alike.case_id);
            if (known == best.end() || alike.similarity > known->second.alike.similarity)
                best[alike.case_id] = {alike, t};
        }
    std::vector<LeadByTrack> leads;
    leads.reserve(best.size());
    for (const auto& [case_id, one] : best)
        leads.push_back({lead_of(one.alike, tracks[one.track].clearest), one.track,
                         likeness_of(one.alike, model, tracks[one.track].faces)});
    return leads;
}

Track seen_again(const Track& track, std::span<const FacesSeen> frames)
{
    Track again;
    again.frames = track.frames;
    again.clearest = track.clearest;
    for (const auto& frame : frames) {
        const Face* nearest = nullptr;
        float most_alike = least_alike;
        for (const auto& face : frame.faces) {
            const float alike = similarity(track.probe, face.embedding);
            if (alike < most_alike || face.embedding.size() != track.probe.size()) continue;
            most_alike = alike;
            nearest = &face;
        }
        if (nearest == nullptr) continue;
        add_to(again.probe, nearest->embedding);
        ++again.faces;
    }
    make_unit(again.probe);
    return again;
}

} // namespace stillwatch::faces
