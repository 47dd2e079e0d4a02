// bench_face_tracks PROFILE MODELS SET: what is found of faces in videos, by frames and by tracks.
//
// SET is what bench/face_clips.py made. Each clip is read by stillwatch-video as a look reads it, each chosen
// frame by the face finder; then the mean of the clearest faces of a track, compared once, stands beside the
// rule that takes the best of all frames. Prints one line a measurement: name, figure, what it rests on.
#include "faces/people.hpp"
#include "faces/plan.hpp"
#include "faces/reading/face_finder.hpp"
#include "faces/tracks.hpp"
#include "pictures/decode.hpp"
#include "sandbox/video_process.hpp"
#include "tests/support/files.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace stillwatch::faces::bench {
namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<float>;

// A frame at a cut belongs to either side.
constexpr std::int64_t at_a_cut_ms = 150;
constexpr std::array rates{1e-4, 1e-5, 1e-6, 1e-7};

struct Shown {
    std::string person;
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;
};
struct Clip {
    std::string file;
    std::string kind;
    std::vector<Shown> shown;
};

std::vector<Clip> clips_of(const fs::path& truth)
{
    std::ifstream stream(truth);
    std::string line;
    std::getline(stream, line); // names of the columns
    std::vector<Clip> clips;
    while (std::getline(stream, line)) {
        // The kind may hold commas and is quoted then.
        const auto quote = line.find('"');
        if (quote != std::string::npos) {
            const auto end = line.find('"', quote + 1);
            std::replace(line.begin() + static_cast<std::ptrdiff_t>(quote),
                         line.begin() + static_cast<std::ptrdiff_t>(end), ',', ';');
            std::erase(line, '"');
        }
        std::erase(line, '\r');
        std::stringstream fields(line);
        std::array<std::string, 5> field;
        for (auto& one : field)
            std::getline(fields, one, ',');
        if (clips.empty() || clips.back().file != field[0]) clips.push_back({field[0], field[1], {}});
        clips.back().shown.push_back({field[2], std::stoll(field[3]), std::stoll(field[4])});
    }
    return clips;
}

void tell(const std::string& name, double figure, const std::string& of)
{
    fmt::print("{:<72} {:>8.4f}  {}\n", name, figure, of);
    (void)std::fflush(stdout);
}

Numbers mean_of(const std::vector<Numbers>& all)
{
    Numbers mean(all.front().size());
    for (const auto& one : all)
        std::ranges::transform(mean, one, mean.begin(), std::plus<>{});
    const float length = std::sqrt(similarity(mean, mean));
    for (auto& number : mean)
        number /= length;
    return mean;
}

// What a kind of clips came to, at each rate.
struct Tally {
    std::size_t clips = 0;
    std::size_t frames = 0;
    std::size_t faces = 0;
    std::size_t tracks = 0;
    std::size_t means = 0;  // tracks long enough for a mean
    std::size_t mixed = 0;  // tracks with faces of two people
    std::size_t people = 0; // that are seen
    std::size_t pairs = 0;  // clips and people who are not in them
    std::array<std::size_t, rates.size()> by_frame{};
    std::array<std::size_t, rates.size()> by_track{};
    std::array<std::size_t, rates.size()> false_by_frame{};
    std::array<std::size_t, rates.size()> false_by_track{};
};

class Bench {
public:
    Bench(Profile profile, FaceFinder finder) : profile_(std::move(profile)), finder_(std::move(finder)) {}

    void read_people(const fs::path& directory)
    {
        for (const auto& folder : fs::directory_iterator(directory)) {
            std::vector<Numbers> known;
            for (const auto& file : fs::directory_iterator(folder.path())) {
                const auto picture = pictures::decode_file(test::read_file(file.path()), {});
                auto seen = picture ? finder_.find(*picture) : Result<FacesSeen>(picture.error());
                if (seen && !seen->faces.empty()) known.push_back(std::move(seen->faces.front().embedding));
            }
            if (known.empty()) continue;
            people_[folder.path().filename().string()] = {mean_of(known), static_cast<int>(known.size())};
        }
    }

    void read_clip(const fs::path& directory, const Clip& clip)
    {
        auto& tally = tallies_[clip.kind];
        ++tally.clips;
        Tracks tracks(profile_.model());
        std::vector<Numbers> single;
        for (const auto& frame : frames_of(directory / clip.file)) {
            ++tally.frames;
            const auto picture = pictures::decode_file(*frame.picture, {});
            if (!picture) continue;
            auto seen = finder_.find(*picture);
            if (!seen) continue;
            for (const auto& face : seen->faces)
                if (face.side_px >= Tracks::least_side_px) single.push_back(face.embedding);
            tracks.add(frame.time_ms, *std::move(seen));
        }
        const auto found = tracks.tracks();
        tally.faces += single.size();
        tally.tracks += found.size();
        for (const auto& track : found) {
            tally.means += track.frames >= least_of_mean ? 1 : 0;
            std::set<std::string> of;
            for (const auto& shown : clip.shown)
                if (track.from_ms < shown.to_ms - at_a_cut_ms && track.to_ms >= shown.from_ms + at_a_cut_ms)
                    of.insert(shown.person);
            tally.mixed += of.size() > 1 ? 1 : 0;
        }
        std::set<std::string> in_it;
        for (const auto& shown : clip.shown)
            in_it.insert(shown.person);
        for (const auto& entry : people_) {
            const auto& [name, of_name] = entry;
            const auto& person = of_name; // clang 14 lets no lambda take a part of a binding
            const bool is_there = in_it.contains(name);
            ++(is_there ? tally.people : tally.pairs);
            for (std::size_t r = 0; r < rates.size(); ++r) {
                const auto threshold = [&](int faces) {
                    return profile_.thresholds.similarity(person.references, faces, rates[r]);
                };
                const bool by_frame = std::ranges::any_of(
                    single, [&](const auto& face) { return similarity(person.mean, face) >= threshold(1); });
                const bool by_track = std::ranges::any_of(found, [&](const auto& track) {
                    return similarity(person.mean, track.probe) >= threshold(track.faces);
                });
                (is_there ? tally.by_frame : tally.false_by_frame)[r] += by_frame ? 1 : 0;
                (is_there ? tally.by_track : tally.false_by_track)[r] += by_track ? 1 : 0;
            }
        }
    }

    void tell_all() const
    {
        const auto share = [](std::size_t part, std::size_t all) {
            return static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(all, 1));
        };
        for (const auto& [kind, tally] : tallies_) {
            const auto of = fmt::format("{} clips, {} frames, {} faces, {} tracks, {} with a mean",
                                        tally.clips, tally.frames, tally.faces, tally.tracks, tally.means);
            tell(kind + ": tracks with faces of two people", share(tally.mixed, tally.tracks), of);
            for (std::size_t r = 0; r < rates.size(); ++r) {
                tell(fmt::format("{}: found by tracks at {:.0e}", kind, rates[r]),
                     share(tally.by_track[r], tally.people),
                     fmt::format("best single frame {:.4f}; {} people",
                                 share(tally.by_frame[r], tally.people), tally.people));
                tell(fmt::format("{}: others, times {:.0e}", kind, rates[r]),
                     share(tally.false_by_track[r], tally.pairs) / rates[r],
                     fmt::format("{} by tracks, {} by single frames, of {} pairs", tally.false_by_track[r],
                                 tally.false_by_frame[r], tally.pairs));
            }
        }
    }

private:
    struct Person {
        Numbers mean;
        int references = 0;
    };

    static std::vector<VideoFrame> frames_of(const fs::path& file)
    {
        asio::io_context io{1};
        sandbox::VideoSettings settings;
        settings.program = STILLWATCH_VIDEO;
        sandbox::VideoProcesses videos(io, settings);
        const auto bytes = test::read_file(file);
        const auto reader = videos.open(bytes.size()).value();
        reader->put(0, bytes).value();
        std::vector<VideoFrame> frames;
        for (std::int64_t after_ms = -1;;) {
            io.restart();
            auto reading =
                test::run(io, reader->frames(VideoPass::look, after_ms, MoreBytes::cannot_come)).value();
            std::ranges::move(reading.frames, std::back_inserter(frames));
            if (!reading.go_on_after_ms) return frames;
            after_ms = *reading.go_on_after_ms;
        }
    }

    Profile profile_;
    FaceFinder finder_;
    std::map<std::string, Person> people_;
    std::map<std::string, Tally> tallies_;
};

int run(const char* const* argv)
{
    cv::setNumThreads(1);
    pictures::prepare_decoders();
    const auto profile = load_profile(argv[1], argv[2], Calibration::not_yet);
    if (!profile) return fmt::print(stderr, "{}\n", profile.error().detail), 1;
    auto finder = FaceFinder::load(*profile, argv[2]);
    if (!finder) return fmt::print(stderr, "{}\n", finder.error().detail), 1;
    const fs::path set(argv[3]);
    Bench bench(*profile, *std::move(finder));
    bench.read_people(set / "refs");
    for (const auto& clip : clips_of(set / "truth.csv"))
        bench.read_clip(set / "clips", clip);
    bench.tell_all();
    return 0;
}

} // namespace
} // namespace stillwatch::faces::bench

int main(int argc, char** argv)
{
    if (argc != 4) {
        fmt::print(stderr, "usage: {} PROFILE MODELS SET\n", argv[0]);
        return 64;
    }
    return stillwatch::faces::bench::run(argv);
}
