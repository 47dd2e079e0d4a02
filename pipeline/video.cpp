#include "core/log.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/classify.hpp"
#include "pipeline/content_range.hpp"
#include "pipeline/fetched_video.hpp"
#include "pipeline/finding_alerts.hpp"
#include "pipeline/picture_mark.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/segmented_video.hpp"
#include "pipeline/video_comparison.hpp"
#include "pipeline/video_faces.hpp"
#include "pipeline/video_json.hpp"
#include "videos/video_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

// What becomes of a video: its frames are compared like pictures, by as many of its bytes as that takes.
namespace stillwatch::pipeline {

namespace {

using std::chrono::steady_clock;

constexpr int status_part = 206;

// About a minute of 720p.
constexpr std::uint64_t short_video_bytes = 16U << 20U;

// The size of the file of which the answer holds the beginning; nothing where it cannot be told, or something
// else than its beginning came.
std::optional<std::uint64_t> file_bytes_of(const Fetched& answer, const Bytes& body)
{
    if (answer.status != status_part) {
        if (answer.cut == Cut::none) return body.size();
        const auto length = answer.header("Content-Length");
        std::uint64_t bytes = 0;
        const auto read = std::from_chars(length.data(), length.data() + length.size(), bytes);
        return read.ec == std::errc{} && bytes >= body.size() ? std::optional(bytes) : std::nullopt;
    }
    const auto range = parse_content_range(answer.header("Content-Range"));
    if (!range || range->from != 0 || body.size() > range->bytes) return std::nullopt;
    return range->file_bytes;
}

// An answer without ranges that broke off: what is missing can be asked for in no other way.
std::optional<Error> trouble_of(const Fetched& answer)
{
    if (answer.status == status_part || !broke_off(answer)) return std::nullopt;
    return Error{Errc::timed_out, "the video broke off"};
}

// What kept a reader, or the workers that its frames were given to, from telling what it shows, where nothing
// is known of the video therefore.
std::optional<Error> loss_of(const ComparedVideo& compared)
{
    if (compared.stopped) {
        const auto code = compared.stopped->code == Errc::io ? Errc::io : VideoReader::lost;
        return Error{code, compared.stopped->detail};
    }
    if (compared.frames_lost == 0) return std::nullopt;
    return Error{Inspector::lost, fmt::format("{} frames cost their workers", compared.frames_lost)};
}

// The surest frame of a match, then those of its other stretches.
std::vector<std::int64_t> surest_times(const videos::VideoMatch& match)
{
    constexpr std::size_t most = 4;
    std::vector<std::int64_t> times{match.best_ms};
    for (const auto& span : match.spans)
        if (span.best_ms != match.best_ms && times.size() < most) times.push_back(span.best_ms);
    return times;
}

// Of a file that is larger than may be fetched, stretches; half of the bytes are left for its index, key
// frames and neighbours. Who gives no ranges gives the beginning, which is looked at as it comes.
std::optional<SpreadLook> spread_for(const Fetched& answer, const FetchedVideo& video,
                                     const VideoFetchLimits& limits)
{
    if (answer.status != status_part || video.file_bytes() <= limits.max_bytes) return std::nullopt;
    return SpreadLook{video.file_bytes(), limits.max_bytes / 2};
}

} // namespace

// The beginning of a video: its index, or all of a short one. What else is wanted of it is asked for while it
// is read. Errors: those of PoliteFetcher.
Task<Result<crawler::PoliteAnswer>> Pipeline::fetch_beginning(const VisitState& state, Url url,
                                                              crawler::Conditions conditions)
{
    const auto& limits = state.settings->video;
    conditions.range = range_header(0, VideoFetchLimits::head_bytes);
    auto transfer = limits.transfer;
    transfer.max_body_bytes = static_cast<std::size_t>(limits.max_bytes);
    auto from = introductions_.of(state.visit).first;
    auto answer = co_await services_.fetcher.fetch(state.site, std::move(url), std::move(conditions),
                                                   std::move(from), transfer, crawler::Purpose::video);
    co_return answer;
}

Task<Result<Came>> Pipeline::fetch_video(const VisitState& state)
{
    auto url = state.visit.url;
    auto conditions = state.conditions;
    auto answer = co_await fetch_beginning(state, std::move(url), std::move(conditions));
    if (!answer) co_return answer.error();
    auto came = co_await receive(*std::move(answer));
    count_arrival(came);
    co_return std::move(came);
}

// A reader of the file that begins with these bytes. Errors: too_large (how long it is cannot be told), those
// of VideoReaders and VideoReader::put.
Result<std::unique_ptr<FetchedVideo>> Pipeline::open_file(const VisitState& state, const Fetched& answer,
                                                          const Bytes& body, Url url)
{
    const auto file_bytes = file_bytes_of(answer, body);
    if (!file_bytes || body.empty()) return Error{Errc::too_large, "the length of its file is not told"};
    auto reader = services_.videos->open(*file_bytes);
    if (!reader) return reader.error();
    const auto put = (*reader)->put(0, body);
    if (!put) return put.error();
    VideoOrigin origin{
        state.site,  std::move(url), introductions_.of(state.visit).first, std::string(answer.header("ETag")),
        *file_bytes, body.size()};
    const bool knows_no_ranges = answer.status != status_part;
    if (knows_no_ranges) origin.bytes_there = *file_bytes;
    return std::make_unique<FetchedVideo>(*std::move(reader), services_.fetcher, std::move(origin),
                                          state.settings->video);
}

// Of a playlist what it names. Errors: those of open_file and SegmentFetcher.
Task<Result<Pipeline::OpenVideo>> Pipeline::open_video(const VisitState& state, const Came& came,
                                                       VideoPass pass)
{
    OpenVideo opened;
    const auto& answer = came.fetched();
    if (!videos::is_playlist(*came.body)) {
        auto file = open_file(state, answer, *came.body, state.visit.url);
        if (!file) co_return file.error();
        opened.video = *std::move(file);
        opened.is_whole = answer.status != status_part && answer.cut == Cut::none;
        opened.trouble = trouble_of(answer);
        co_return std::move(opened);
    }
    SegmentFetcher segments(services_.fetcher, services_.inspector, state.site,
                            introductions_.of(state.visit).first, state.settings->video);
    auto gathered =
        co_await segments.gather(document_of(answer, came.body, state.site->name), answer.url, pass);
    if (!gathered) co_return gathered.error();
    opened.parts = std::move(gathered->parts);
    opened.is_in_part = gathered->is_in_part;
    opened.trouble = std::move(gathered->trouble);
    if (gathered->one_file) {
        crawler::Conditions none;
        auto url = *gathered->one_file;
        auto beginning = co_await fetch_beginning(state, std::move(url), std::move(none));
        if (!beginning && beginning.error().code == Errc::cancelled) co_return beginning.error();
        if (!beginning) co_return Error{Errc::unreachable, to_string(beginning.error())};
        auto payload = beginning->answer.payload();
        if (!payload || !is_success(beginning->answer))
            co_return Error{Errc::unreachable, "the file of a playlist did not come"};
        auto file = open_file(state, beginning->answer, *payload, *std::move(gathered->one_file));
        if (!file) co_return file.error();
        opened.video = *std::move(file);
        opened.trouble = trouble_of(beginning->answer);
        opened.parts.push_back(std::move(beginning->answer));
        co_return std::move(opened);
    }
    auto reader = services_.videos->open(gathered->file.size());
    if (!reader) co_return reader.error();
    const auto put = (*reader)->put(0, gathered->file);
    if (!put) co_return put.error();
    VideoOrigin all{state.site, state.visit.url, {}, {}, gathered->file.size(), gathered->file.size()};
    opened.video = std::make_unique<FetchedVideo>(*std::move(reader), services_.fetcher, std::move(all),
                                                  state.settings->video);
    co_return std::move(opened);
}

// Frames of a found one are asked of workers that served no other site, as a picture that matches is: what
// they do not see is no match. Errors: those of compare_picture.
Task<Result<void>> Pipeline::confirm_frames(const VisitState& state, VideoReader& reader,
                                            const ComparisonTerms& terms, ComparedVideo& compared,
                                            Matched& matched)
{
    std::vector<videos::VideoMatch> confirmed;
    for (auto& match : compared.matches) {
        if (match.spans.empty()) { // the very file
            confirmed.push_back(std::move(match));
            continue;
        }
        bool is_seen = false;
        bool is_asked = false;
        for (const auto time_ms : surest_times(match)) {
            if (is_asked) break;
            std::vector<std::int64_t> times{time_ms};
            auto reading = co_await reader.frames_near(std::move(times), MoreBytes::cannot_come);
            if (!reading) co_return reading.error();
            for (auto& frame : reading->frames) {
                Document picture{frame.picture};
                picture.site = state.site->name;
                picture.trust = Trust::unshared;
                auto again = terms;
                again.file_digest.reset();
                auto seen = co_await compare_picture(services_.inspector, services_.cpu, std::move(picture),
                                                     std::move(again));
                if (!seen) co_return seen.error();
                is_asked = true;
                is_seen = is_seen || std::ranges::any_of(seen->matches, [&](const Match& one) {
                              return one.reference == match.best.reference;
                          });
                if (is_seen && !matched.fingerprint && seen->fingerprint)
                    matched.fingerprint = picture_mark(*seen->fingerprint, services_.signing);
            }
        }
        if (!is_asked) // no disagreement: nobody was asked
            co_return Error{VideoReader::lost, "video: a frame that matched was not told again"};
        if (is_seen) {
            confirmed.push_back(std::move(match));
            continue;
        }
        services_.counters.add("worker_disagreements_total");
        log::warn("pipeline", "a second worker does not see a match that the first one told",
                  {{"url", state.visit.url.text()}});
    }
    compared.matches = std::move(confirmed);
    co_return Result<void>{};
}

// As much as the site lets be looked at and the time of the day allows. Of a file that is too large to be
// fetched a look takes stretches, where its host gives ranges.
VideoPass Pipeline::pass_for(const VisitState& state, const Came& came)
{
    if (state.site->videos == crawler::VideoUse::glance) return VideoPass::glance;
    const auto file_bytes = file_bytes_of(came.fetched(), *came.body);
    if (!file_bytes) return VideoPass::glance;
    const auto& page = state.visit.named_by;
    // How long what a playlist names lasts is not known before more is fetched.
    const bool is_short = *file_bytes <= short_video_bytes && !videos::is_playlist(*came.body);
    const bool goes_first = is_short || (page && pages_with_findings_.contains(page->text()));
    const bool is_left =
        look_budget_.is_left(services_.clock.now(), state.settings->look_time_a_day,
                             goes_first ? LookTurn::first : LookTurn::later, state.site->name);
    return is_left ? VideoPass::look : VideoPass::glance;
}

// Matches with what the site puts before each of its films.
void Pipeline::leave_out_intros(const VisitState& state, ComparedVideo& compared)
{
    const auto duration_ms = compared.facts.duration_ms;
    auto& intros = intros_[state.site->name];
    std::erase_if(compared.matches, [&](const videos::VideoMatch& match) {
        if (!Intros::is_beginning_only(match, duration_ms)) return false;
        if (!intros.is_known(match.best.reference, duration_ms)) return false;
        services_.counters.add("video_intros_left_out_total");
        return true;
    });
}

void Pipeline::count_video(const ComparedVideo& compared, VideoPass pass, std::chrono::nanoseconds spent)
{
    auto& counters = services_.counters;
    counters.add("videos_compared_total", "pass", name_of(pass));
    counters.add("video_seconds_total", "pass", name_of(pass),
                 std::chrono::ceil<std::chrono::seconds>(spent).count());
    counters.add("video_frames_compared_total", {}, {}, static_cast<std::int64_t>(compared.frames_compared));
    counters.add("video_frames_refused_total", {}, {}, static_cast<std::int64_t>(compared.frames_refused));
    counters.add("video_frames_lost_total", {}, {}, static_cast<std::int64_t>(compared.frames_lost));
    for (const auto bound : compared.bounds)
        counters.add("video_bounds_total", "bound", name_of(bound));
}

// What could not be fetched or read of a video, as far as it is known before anything was compared.
Seen Pipeline::video_not_read(const VisitState& state, const Came& came, Seen seen, const Knowledge& known,
                              const Error& error)
{
    if (error.code == Errc::refused) return seen.ended(NotCompared::video_protected);
    if (error.code == Errc::unreachable) return seen.ended(NotCompared::cut_off);
    return picture_not_read(state, came, std::move(seen), known, error);
}

Task<Result<Seen>> Pipeline::judge_video(const VisitState& state, const Came& came, Seen seen,
                                         const Knowledge& known)
{
    auto& turns_of_site = turns_of_sites_.try_emplace(state.site->name, videos_at_once_a_site).first->second;
    const auto turn_at_site = co_await turns_of_site.take();
    if (!turn_at_site) co_return turn_at_site.error();
    const auto turn = co_await video_turns_.take();
    if (!turn) co_return turn.error();
    const auto pass = pass_for(state, came);
    auto opened = co_await open_video(state, came, pass);
    if (!opened) {
        if (opened.error().code == Errc::cancelled) co_return opened.error();
        co_return video_not_read(state, came, std::move(seen), known, opened.error());
    }
    auto& video = *opened->video;
    auto& memory = templates_[state.site->name];
    VideoTerms terms;
    terms.pass = pass;
    if (pass == VideoPass::look) terms.spread = spread_for(came.fetched(), video, state.settings->video);
    terms.site = state.site->name;
    terms.frames.references = [this] { return services_.references.current(); };
    terms.frames.tiers = state.settings->tiers;
    terms.frames.templates = memory.templates();
    terms.frames.guard = state.settings->guard;
    if (opened->is_whole) terms.frames.file_digest = came.digest;
    const auto frame_terms = terms.frames;
    VideoFaces faces(services_, state.visit.url, state.site->name);
    if (faces.is_wanted()) terms.beside = [&faces](const FrameBeside& frame) { return faces.look(frame); };
    const auto began = steady_clock::now();
    auto compared = co_await compare_video(video, services_.inspector, services_.cpu, std::move(terms));
    const auto spent = steady_clock::now() - began - video.waited();
    if (pass == VideoPass::look) look_budget_.spend(services_.clock.now(), spent, state.site->name);
    seen.further_bytes = video.further_bytes();
    for (const auto& part : opened->parts)
        seen.further_bytes += static_cast<std::int64_t>(part.body.size());
    const bool is_cut_off = video.trouble() || opened->trouble;
    if (!compared) {
        if (compared.error().code == Errc::cancelled) co_return compared.error();
        if (is_cut_off) co_return seen.ended(NotCompared::cut_off);
        co_return video_not_read(state, came, std::move(seen), known, compared.error());
    }
    if (compared->guarded) {
        co_await guard_.trip(*state.settings, state.visit, *compared->guarded);
        co_return seen.ended(NotCompared::guarded);
    }
    count_video(*compared, pass, spent);
    memory.learn(came.content, compared->parts_of_others);
    // A lead that is not another picture of the scene tells a caseworker nothing.
    std::erase_if(compared->matches, [this](const videos::VideoMatch& match) {
        if (match.best.status == MatchStatus::match || match.best.relation == Relation::same_scene)
            return false;
        services_.counters.add("candidates_left_out_total");
        return true;
    });
    leave_out_intros(state, *compared);
    Matched matched{{}, opened->is_whole ? came.digest : came.content};
    const auto confirmed = co_await confirm_frames(state, video, frame_terms, *compared, matched);
    if (!confirmed) {
        if (confirmed.error().code == Errc::cancelled) co_return confirmed.error();
        co_return video_not_read(state, came, std::move(seen), known, confirmed.error());
    }
    auto leads = co_await faces.leads(video);
    const auto unread = leads ? faces.trouble() : std::optional(leads.error());
    if (unread && unread->code == Errc::cancelled) co_return *unread;
    if (!leads) leads = std::vector<VideoFaceLead>();
    const bool is_glance_only = pass == VideoPass::glance && state.site->videos == crawler::VideoUse::look;
    const bool is_nothing = compared->matches.empty() && leads->empty();
    const auto loss = loss_of(*compared);
    if (is_nothing && loss) co_return video_not_read(state, came, std::move(seen), known, *loss);
    if (is_nothing && is_cut_off) co_return seen.ended(NotCompared::cut_off);
    if (is_nothing && is_glance_only) {
        seen.not_before = start_of_day(services_.clock.now()) + std::chrono::hours(24);
        co_return seen.ended(NotCompared::video_glanced);
    }
    if (is_nothing && unread) // nobody knows whose faces it shows
        co_return video_not_read(state, came, std::move(seen), known, *unread);
    trouble_.worked();
    seen.generation = compared->generation;
    seen.is_in_part = opened->is_in_part || !compared->bounds.empty() || video.is_bounded() ||
                      compared->frames_refused > 0 || loss || is_cut_off || is_glance_only;
    if (seen.is_in_part) services_.counters.add("videos_in_part_total");
    matched.generation = compared->generation;
    matched.is_in_part = seen.is_in_part;
    matched.has_unread_faces = unread.has_value();
    matched.pixels = std::int64_t{compared->facts.width_px} * compared->facts.height_px;
    matched.size = {compared->facts.width_px, compared->facts.height_px};
    for (const auto& match : compared->matches) {
        matched.matches.push_back(match.best);
        matched.videos.push_back(video_json(*compared, match));
    }
    for (const auto& one : *leads) {
        const auto& lead = one.lead.match;
        // Where the person's own picture is found, a face that is like theirs says nothing more.
        const bool is_told = std::ranges::any_of(compared->matches, [&](const auto& match) {
            return match.best.case_id == lead.case_id && match.best.status == MatchStatus::match;
        });
        if (is_told) continue;
        matched.matches.push_back(lead);
        matched.videos.push_back(video_json(*compared, one.match));
        matched.faces[lead.case_id] = one.lead.face;
    }
    matched.parts = std::move(opened->parts);
    std::ranges::move(video.take_parts(), std::back_inserter(matched.parts));
    auto kept = co_await keep(state, came, std::move(seen), std::move(matched));
    co_return kept;
}

} // namespace stillwatch::pipeline
