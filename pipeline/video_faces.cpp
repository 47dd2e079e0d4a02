#include "pipeline/video_faces.hpp"

#include "core/log.hpp"
#include "pipeline/face_mark.hpp"
#include "pipeline/picture_mark.hpp"

#include <algorithm>

namespace stillwatch::pipeline {

VideoFaces::VideoFaces(const Services& services, Url video, std::string site)
    : services_(services), video_(std::move(video)), site_(std::move(site))
{
    if (is_wanted()) tracks_.emplace(services_.references.face_terms()->model);
}

bool VideoFaces::is_wanted() const
{
    const auto people = services_.references.people();
    return services_.faces != nullptr && people && people->size() > 0;
}

Task<Result<FacesSeen>> VideoFaces::faces_in(std::shared_ptr<const Bytes> picture, Trust trust)
{
    Document document{std::move(picture)};
    document.site = site_;
    document.trust = trust;
    auto seen = co_await services_.faces->faces(std::move(document));
    if (seen) {
        services_.problems.clear("faces", "");
        co_return seen;
    }
    const auto& error = seen.error();
    services_.counters.add("face_errors_total", "code", name_of(error.code));
    log::debug("pipeline", "faces of a frame not read",
               {{"url", video_.text()}, {"reason", to_string(error)}});
    if (error.code == Errc::io)
        services_.problems.set("faces", "", "faces are not looked for: " + error.detail);
    if (error.code == Errc::io || error.code == Inspector::lost) trouble_ = error;
    co_return seen;
}

Task<> VideoFaces::look(const FrameBeside& frame)
{
    if (!tracks_ || tracks_->is_full()) co_return;
    // Without a program that reads them each frame would say so again.
    if (trouble_ && trouble_->code == Errc::io) co_return;
    auto picture = frame.picture;
    auto seen = co_await faces_in(std::move(picture), Trust::anyone);
    if (!seen) co_return;
    services_.counters.add("faces_seen_total", {}, {}, static_cast<std::int64_t>(seen->faces.size()));
    services_.counters.add("faces_left_out_total", {}, {}, static_cast<std::int64_t>(seen->left_out));
    if (frame.fingerprint && !seen->faces.empty())
        marks_[frame.time_ms] = picture_mark(*frame.fingerprint, services_.signing);
    tracks_->add(frame.time_ms, *std::move(seen));
    if (tracks_->is_full()) services_.counters.add("videos_with_too_many_faces_total");
}

Task<VideoFaces::Linked> VideoFaces::linked()
{
    auto people = services_.references.people();
    auto link = [this, people = std::move(people), model = services_.references.face_terms()->model] {
        Linked result{tracks_->tracks(), {}};
        if (people) result.leads = faces::leads_in(result.tracks, *people, model);
        return result;
    };
    auto result = co_await offload(services_.cpu, std::move(link));
    co_return std::move(result);
}

// Whether the frames of a track are like the person once more. Errors: those of VideoReader; cancelled.
Task<Result<bool>> VideoFaces::is_seen_again(VideoReader& reader, const faces::Track& track, CaseId id,
                                             LeadFace& face)
{
    auto times = track.best_ms;
    auto reading = co_await reader.frames_near(std::move(times), MoreBytes::cannot_come);
    if (!reading) co_return reading.error();
    std::vector<FacesSeen> frames;
    for (auto& frame : reading->frames) {
        auto seen = co_await faces_in(frame.picture, Trust::unshared);
        if (seen) {
            frames.push_back(*std::move(seen));
        } else if (seen.error().code == Errc::cancelled) {
            for (auto& one : frames)
                wipe(one);
            co_return seen.error();
        }
    }
    // Only now: as in face_leads().
    auto people = services_.references.people();
    auto compare = [this, people = std::move(people), model = services_.references.face_terms()->model,
                    &frames, &track, &face, id] {
        auto again = faces::seen_again(track, frames);
        for (auto& frame : frames)
            wipe(frame);
        bool is_seen = false;
        if (people && again.faces > 0) {
            for (const auto& one : faces::leads_in(std::span(&again, 1), *people, model))
                if (one.match.case_id == id) is_seen = true, face.likeness = one.likeness;
            face.mark = face_mark(again.probe, services_.signing);
        }
        faces::wipe(again);
        return is_seen;
    };
    const bool is_seen = co_await offload(services_.cpu, std::move(compare));
    co_return is_seen;
}

Task<Result<std::vector<VideoFaceLead>>> VideoFaces::leads(VideoReader& reader)
{
    std::vector<VideoFaceLead> told;
    if (!tracks_) co_return std::move(told);
    auto [tracks, first] = co_await linked();
    std::optional<Error> failed;
    for (const auto& lead : first) {
        const auto& track = tracks[lead.track];
        VideoFaceLead one{{lead.match, {}}, {}};
        const auto is_seen = co_await is_seen_again(reader, track, lead.match.case_id, one.lead.face);
        if (!is_seen) {
            failed = is_seen.error();
            break;
        }
        if (!*is_seen) {
            services_.counters.add("worker_disagreements_total");
            log::warn("pipeline", "a second worker does not see a face that the first one told",
                      {{"url", video_.text()}});
            continue;
        }
        if (const auto mark = marks_.find(track.clearest_ms); mark != marks_.end())
            one.lead.face.frame = mark->second;
        one.match.best = lead.match;
        one.match.best_ms = track.clearest_ms;
        one.match.frames_matched = track.frames;
        one.match.spans.push_back(
            {track.from_ms, track.to_ms, track.clearest_ms, lead.match, track.frames, true});
        told.push_back(std::move(one));
    }
    for (auto& track : tracks)
        faces::wipe(track);
    if (failed) co_return *failed;
    co_return std::move(told);
}

} // namespace stillwatch::pipeline
