#include "cli/match_output.hpp"

#include "cli/videos.hpp"
#include "core/face.hpp"
#include "core/match_json.hpp"

#include <fmt/format.h>
#include <fmt/os.h>

#include <unistd.h>

namespace stillwatch::cli {

namespace {

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text)
        result += c == '"' ? "\"\"" : std::string(1, c);
    return result + '"';
}

std::string csv_line(const std::string& file, const Match& match, const std::string& reference)
{
    return fmt::format("{},{},{},{},{},{:.4f},{},{},{}", quoted(file), name_of(match.status),
                       name_of(match.tier), name_of(match.relation), quoted(reference), match.score,
                       match.distance_bits, name_of(match.orientation), match.inliers);
}

// The stretch with the surest frame; null where a whole file is the reference's.
const videos::Span* best_span(const videos::VideoMatch& match)
{
    for (const auto& span : match.spans)
        if (span.best_ms == match.best_ms) return &span;
    return nullptr;
}

// The columns that follow, with the comma before them: ",from_s,to_s,reference_from_s".
std::string csv_times(const Match& match, const videos::VideoMatch* of_video)
{
    const auto* span = of_video != nullptr ? best_span(*of_video) : nullptr;
    const auto from_ms = of_video != nullptr && of_video->reference_from_ms ? of_video->reference_from_ms
                                                                            : match.reference_time_ms;
    return fmt::format(",{},{},{}", span != nullptr ? seconds(span->from_ms) : "",
                       span != nullptr ? seconds(span->to_ms) : "", from_ms ? seconds(*from_ms) : "");
}

// "0:12.0 to 0:15.5 shows 1:02.0 to 1:05.5 of", what stands before the reference's name in a line for people.
std::string times_text(const Match& match, const videos::VideoMatch* of_video)
{
    std::string text;
    const auto* span = of_video != nullptr ? best_span(*of_video) : nullptr;
    if (span != nullptr) {
        text += fmt::format("at {}", clock_time(span->from_ms));
        if (span->to_ms > span->from_ms) text += fmt::format(" to {}", clock_time(span->to_ms));
        if (of_video->spans.size() > 1) text += fmt::format(" and {} more", of_video->spans.size() - 1);
        text += "  ";
    }
    if (of_video != nullptr && of_video->reference_from_ms)
        return text + fmt::format("{} to {} of  ", clock_time(*of_video->reference_from_ms),
                                  clock_time(*of_video->reference_to_ms));
    if (match.reference_time_ms) text += fmt::format("{} of  ", clock_time(*match.reference_time_ms));
    return text;
}

double in_seconds(std::int64_t time_ms)
{
    return static_cast<double>(time_ms) / 1'000;
}

void add_video(json::object& row, const videos::VideoMatch& match)
{
    json::array spans;
    for (const auto& span : match.spans)
        spans.push_back(json::object{{"from_s", in_seconds(span.from_ms)},
                                     {"to_s", in_seconds(span.to_ms)},
                                     {"best_s", in_seconds(span.best_ms)},
                                     {"frames", span.frames},
                                     {"confirmed", span.is_confirmed}});
    row["best_s"] = in_seconds(match.best_ms);
    row["spans"] = std::move(spans);
    row["frames_matched"] = match.frames_matched;
    if (match.reference_from_ms) row["reference_from_s"] = in_seconds(*match.reference_from_ms);
    if (match.reference_to_ms) row["reference_to_s"] = in_seconds(*match.reference_to_ms);
    if (!match.sequence) return;
    row["in_order"] = json::object{{"frames", match.sequence->in_order},
                                   {"offset_s", match.sequence->offset_ms / 1'000},
                                   {"speed", match.sequence->speed},
                                   {"reversed", match.sequence->is_reversed()},
                                   {"reference_from_s", in_seconds(match.sequence->reference_from_ms)},
                                   {"reference_to_s", in_seconds(match.sequence->reference_to_ms)}};
}

// The stretches of an animated picture as a video's: its frames have no neighbours that could confirm them,
// and are judged like any picture.
videos::VideoMatch as_video_match(const Match& match, const std::vector<pipeline::AnimationSpan>& shown)
{
    videos::VideoMatch found;
    found.best = match;
    for (const auto& span : shown) {
        if (span.has_surest) found.best_ms = span.best_ms;
        found.spans.push_back({span.time.from_ms, span.time.to_ms, span.best_ms, match, span.frames,
                               match.status == MatchStatus::match});
        found.frames_matched += span.frames;
    }
    return found;
}

json::object json_row(const std::string& file, const Match& match, const std::string& reference)
{
    json::object row{{"file", file},
                     {"status", name_of(match.status)},
                     {"tier", name_of(match.tier)},
                     {"relation", name_of(match.relation)},
                     {"reference", reference},
                     {"score", match.score},
                     {"distance_bits", match.distance_bits},
                     {"orientation", name_of(match.orientation)},
                     {"inverted", match.inverted},
                     {"reason", name_of(match.reason)},
                     {"inliers", match.inliers},
                     {"extractor_version", extractor_version}};
    if (const auto band = band_of(match)) row["band"] = name_of(*band);
    if (match.placement) row["placement"] = placement_json(*match.placement);
    if (match.reference_time_ms) row["reference_s"] = in_seconds(*match.reference_time_ms);
    return row;
}

} // namespace

Result<MatchOutput> MatchOutput::open(Style style, const std::string& csv,
                                      const std::vector<std::filesystem::path>& references, std::size_t files,
                                      Times times)
{
    File file(csv.empty() ? nullptr : std::fopen(csv.c_str(), "we"), std::fclose);
    if (!csv.empty() && !file) return Error{Errc::io, fmt::format("{}: cannot be written", csv)};
    if (file)
        fmt::print(file.get(),
                   "file,status,tier,relation,reference,score,distance_bits,orientation,inliers{}\n",
                   times == Times::told ? ",from_s,to_s,reference_from_s" : "");
    return MatchOutput(style, csv, std::move(file), references, files, times);
}

std::string MatchOutput::reference_name(const Match& match) const
{
    return (*references_)[static_cast<std::size_t>(match.reference.value - 1)].filename().string();
}

void MatchOutput::tell_none(const std::string& file, const Error* error)
{
    const auto status = error == nullptr ? "none" : "undecodable";
    const auto detail = error == nullptr ? std::string() : error->detail;
    if (csv_)
        fmt::print(csv_.get(), "{},{},,,,0,,,{}\n", quoted(file), status, times_ == Times::told ? ",,," : "");
    json::object row{{"file", file}, {"status", status}};
    if (!detail.empty()) row["detail"] = detail;
    if (style_ == Style::json)
        print_object(style_, row);
    else if (!csv_)
        fmt::print("{:<12} {}{}\n", status, file, detail.empty() ? "" : ": " + detail);
}

void MatchOutput::tell_match(const std::string& file, const Match& match, const videos::VideoMatch* of_video)
{
    const auto reference = reference_name(match);
    if (csv_)
        fmt::print(csv_.get(), "{}{}\n", csv_line(file, match, reference),
                   times_ == Times::told ? csv_times(match, of_video) : "");
    if (style_ == Style::json) {
        auto row = json_row(file, match, reference);
        if (of_video != nullptr) add_video(row, *of_video);
        print_object(style_, row);
        return;
    }
    // A number beside a face would be read as a probability.
    const auto band = band_of(match);
    const auto sureness = band ? std::string(name_of(*band)) : fmt::format("{:.2f}", match.score);
    fmt::print("{:<12} {:<8} {:<10} {}  {}{}  {}\n", name_of(match.status), name_of(match.tier),
               name_of(match.relation), sureness, times_text(match, of_video), reference, file);
}

void MatchOutput::tell(const std::filesystem::path& path, const Result<Looked>& looked)
{
    const auto file = path.string();
    ++told_;
    unread_ += looked ? 0 : 1;
    if (!looked) {
        const auto error = looked.error();
        tell_none(file, &error);
    } else if (const auto* picture = std::get_if<ComparedPicture>(&*looked)) {
        if (picture->compared.matches.empty()) tell_none(file, nullptr);
        for (const auto& match : picture->compared.matches) {
            const auto shown = picture->shown.find(match.reference);
            if (shown == picture->shown.end()) {
                tell_match(file, match, nullptr);
                continue;
            }
            const auto in_time = as_video_match(match, shown->second);
            tell_match(file, match, &in_time);
        }
        if (picture->times_unread)
            fmt::print(stderr, "stillwatch: {}: when its frames are seen is not known: {}\n", file,
                       to_string(*picture->times_unread));
    } else {
        const auto& video = std::get<pipeline::ComparedVideo>(*looked);
        if (video.matches.empty()) tell_none(file, nullptr);
        for (const auto& match : video.matches)
            tell_match(file, match.best, &match);
        if (video.stopped)
            fmt::print(stderr, "stillwatch: {}: not read to its end: {}\n", file, to_string(*video.stopped));
        for (const auto bound : video.bounds)
            fmt::print(stderr, "stillwatch: {}: not all of it was looked at: {}\n", file, name_of(bound));
        if (video.frames_refused > 0)
            fmt::print(stderr, "stillwatch: {}: {} frames could not be read\n", file, video.frames_refused);
    }
    show_progress();
}

// Where results go to a file, a terminal shows how far it is.
void MatchOutput::show_progress()
{
    constexpr std::size_t step = 20;
    if (!csv_ || ::isatty(STDERR_FILENO) == 0 || (told_ % step != 0 && told_ != files_)) return;
    fmt::print(stderr, "\rcompared {} of {}{}", told_, files_, told_ == files_ ? "\n" : "");
    (void)std::fflush(stderr);
}

Result<void> MatchOutput::close()
{
    if (!csv_) return {};
    const bool is_written = std::ferror(csv_.get()) == 0 && std::fflush(csv_.get()) == 0;
    if (!is_written) return Error{Errc::io, fmt::format("{}: cannot be written", csv_name_)};
    return {};
}

} // namespace stillwatch::cli
