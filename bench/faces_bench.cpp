// bench_faces PROFILE MODELS PEOPLE JUNK: how well faces are found and told apart by a profile.
//
// PEOPLE has a directory a person with photographs; JUNK pictures without people (some show them all the
// same). Prints one line a measurement: name, figure, what it rests on. Swaps are made here, in grey, and
// only of PEOPLE.
#include "bench/face_swaps.hpp"
#include "faces/people.hpp"
#include "faces/plan.hpp"
#include "faces/reading/face_finder.hpp"
#include "faces/reference_face.hpp"
#include "pictures/decode.hpp"

#include <fmt/format.h>
#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <map>
#include <numeric>
#include <random>

namespace stillwatch::faces::bench {
namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<float>;

struct Photo {
    int person = 0;
    pictures::Picture picture;
    Face face;
};

std::vector<fs::path> files_below(const fs::path& directory)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(directory))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

Result<pictures::Picture> picture_in(const fs::path& file)
{
    Bytes bytes(fs::file_size(file));
    std::FILE* stream = std::fopen(file.c_str(), "re");
    if (stream == nullptr) return Error{Errc::io, file.string()};
    const auto count = std::fread(bytes.data(), 1, bytes.size(), stream);
    (void)std::fclose(stream);
    if (count != bytes.size()) return Error{Errc::io, file.string()};
    return pictures::decode_file(bytes, {});
}

void tell(std::string_view name, double figure, std::string_view of)
{
    fmt::print("{:<58} {:>10.4f}  {}\n", name, figure, of);
    std::fflush(stdout);
}

double seconds_of(const std::function<void()>& work)
{
    // Of the processor: others work here as well.
    const auto now = [] {
        timespec time{};
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
    };
    const auto begin = now();
    work();
    return now() - begin;
}

Numbers mean_of(const std::vector<const Numbers*>& all)
{
    Numbers mean(all.front()->size());
    for (const auto* one : all)
        std::ranges::transform(mean, *one, mean.begin(), std::plus<>{});
    const float length = std::sqrt(similarity(mean, mean));
    for (auto& number : mean)
        number /= length;
    return mean;
}

// Of sorted values the one that only that share reaches.
double threshold_at(std::vector<float>& values, double rate)
{
    const auto above = static_cast<std::size_t>(rate * static_cast<double>(values.size()));
    const auto place = values.end() - static_cast<std::ptrdiff_t>(std::max<std::size_t>(above, 1));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

double share_from(const std::vector<float>& values, double threshold)
{
    const auto reached = std::ranges::count_if(values, [&](float value) { return value >= threshold; });
    return values.empty() ? 0 : static_cast<double>(reached) / static_cast<double>(values.size());
}

class Bench {
public:
    Bench(Profile profile, FaceFinder finder) : profile_(std::move(profile)), finder_(std::move(finder)) {}

    void read(const fs::path& people)
    {
        std::map<std::string, int> numbers;
        std::size_t files = 0;
        std::size_t none = 0;
        for (const auto& file : files_below(people)) {
            auto picture = picture_in(file);
            if (!picture) continue;
            ++files;
            const auto seen = finder_.find(*picture);
            if (!seen || seen->faces.empty()) {
                ++none;
                continue;
            }
            const auto person = file.parent_path().string();
            const int number = numbers.emplace(person, static_cast<int>(numbers.size())).first->second;
            photos_.push_back({number, *std::move(picture), seen->faces.front()});
        }
        for (std::size_t i = 0; i < photos_.size(); ++i)
            by_person_[photos_[i].person].push_back(i);
        tell("photographs with a face that passes the probes' gates",
             1 - static_cast<double>(none) / static_cast<double>(files),
             fmt::format("{} photographs, {} people", files, by_person_.size()));
    }

    void all_pairs()
    {
        std::vector<float> strangers;
        std::vector<float> same;
        for (std::size_t i = 0; i < photos_.size(); ++i)
            for (std::size_t j = i + 1; j < photos_.size(); ++j)
                (photos_[i].person == photos_[j].person ? same : strangers)
                    .push_back(similarity(photos_[i].face.embedding, photos_[j].face.embedding));
        const double own = threshold_at(strangers, 1e-5);
        const double table = profile_.thresholds.similarity(1, 1, 1e-5);
        const auto of = fmt::format("{} pairs of one person, {} of strangers", same.size(), strangers.size());
        tell("all pairs: found at 1e-5 (the set's own threshold)", share_from(same, own),
             fmt::format("{}, {:.3f}", of, own));
        tell("all pairs: found at 1e-5 (the profile's threshold)", share_from(same, table),
             fmt::format("{}, {:.3f}", of, table));
        tell("all pairs: strangers at that threshold, in 1e-5", 1e5 * share_from(strangers, table), of);
    }

    // Each photograph of a person against the mean of `references` others of theirs.
    void means(int references, int faces, double rate)
    {
        std::vector<float> same;
        std::vector<float> strangers;
        std::vector<std::pair<int, Numbers>> templates;
        std::vector<std::pair<int, Numbers>> probes;
        std::mt19937 random(7);
        for (auto& [person, all] : by_person_) {
            if (all.size() < static_cast<std::size_t>(references + faces)) continue;
            for (std::size_t turn = 0; turn < all.size(); ++turn) {
                auto order = all;
                std::ranges::rotate(order, order.begin() + static_cast<std::ptrdiff_t>(turn));
                const auto numbers = [&](std::size_t from, int count) {
                    std::vector<const Numbers*> some;
                    for (int i = 0; i < count; ++i)
                        some.push_back(&photos_[order[from + static_cast<std::size_t>(i)]].face.embedding);
                    return mean_of(some);
                };
                const auto known = numbers(0, references);
                const auto probe = numbers(static_cast<std::size_t>(references), faces);
                same.push_back(similarity(known, probe));
                templates.emplace_back(person, known);
                probes.emplace_back(person, probe);
            }
        }
        for (const auto& [person, known] : templates)
            for (const auto& [other, probe] : probes)
                if (person != other) strangers.push_back(similarity(known, probe));
        const double threshold = profile_.thresholds.similarity(references, faces, rate);
        const auto of = fmt::format("{} probes, {} pairs of strangers, threshold {:.3f}", same.size(),
                                    strangers.size(), threshold);
        tell(fmt::format("mean of {}, {} face(s): found at {:.0e}", references, faces, rate),
             share_from(same, threshold), of);
        tell(fmt::format("mean of {}, {} face(s): strangers, times {:.0e}", references, faces, rate),
             share_from(strangers, threshold) / rate, of);
        templates_5_ = templates;
    }

    // A's head or face on B's picture; A by the mean of up to five photographs that the swap was not made of.
    void swaps(Swap swap, Damage damage, std::string_view name)
    {
        std::mt19937 random(11);
        std::size_t made = 0;
        std::size_t seen_at_all = 0;
        std::array<std::size_t, 2> found{}; // at 1e-5, at 1e-4
        std::vector<float> strangers;       // each face of a swap with photographs of everybody else
        for (const auto& [person, all] : by_person_) {
            if (all.size() < 6) continue;
            for (int turn = 0; turn < 2; ++turn) {
                const auto& source = photos_[all[static_cast<std::size_t>(turn)]];
                std::vector<const Numbers*> others;
                for (std::size_t i = 0; i < all.size() && others.size() < 5; ++i)
                    if (i != static_cast<std::size_t>(turn))
                        others.push_back(&photos_[all[i]].face.embedding);
                const auto known = mean_of(others);
                const auto& host = photos_[random() % photos_.size()];
                if (host.person == person) continue;
                ++made;
                const auto picture =
                    swapped(source.picture, source.face.box, host.picture, host.face.box, swap, damage);
                const auto seen = finder_.find(picture);
                if (!seen || seen->faces.empty()) continue;
                ++seen_at_all;
                double best = -1;
                for (const auto& face : seen->faces) {
                    best = std::max<double>(best, similarity(known, face.embedding));
                    for (const auto& photo : photos_)
                        if (photo.person != person && photo.person != host.person)
                            strangers.push_back(similarity(photo.face.embedding, face.embedding));
                }
                if (best >= profile_.thresholds.similarity(5, 1, 1e-5)) ++found[0];
                if (best >= profile_.thresholds.similarity(5, 1, 1e-4)) ++found[1];
            }
        }
        const auto share = [&](std::size_t count) {
            return static_cast<double>(count) / static_cast<double>(std::max<std::size_t>(made, 1));
        };
        tell(fmt::format("{}: found at 1e-5", name), share(found[0]),
             fmt::format("{} swaps, a face seen in {:.3f}, at 1e-4 {:.3f}", made, share(seen_at_all),
                         share(found[1])));
        tell(fmt::format("{}: strangers at 1e-5, in 1e-5", name),
             1e5 * share_from(strangers, profile_.thresholds.similarity(1, 1, 1e-5)),
             fmt::format("{} pairs, one reference", strangers.size()));
    }

    void turned()
    {
        std::size_t found = 0;
        std::size_t made = 0;
        for (std::size_t i = 0; i < photos_.size(); i += 11) {
            const auto& photo = photos_[i];
            const auto seen = finder_.find(quarter_turned(photo.picture));
            ++made;
            if (!seen) continue;
            for (const auto& face : seen->faces)
                if (similarity(face.embedding, photo.face.embedding) > 0.8F) {
                    ++found;
                    break;
                }
        }
        tell("a quarter turn: the same face found", static_cast<double>(found) / static_cast<double>(made),
             fmt::format("{} photographs", made));
    }

    void junk(const fs::path& directory)
    {
        std::vector<Numbers> faces;
        std::size_t pictures = 0;
        std::vector<double> empty_times;
        for (const auto& file : files_below(directory)) {
            const auto picture = picture_in(file);
            if (!picture) continue;
            ++pictures;
            Result<FacesSeen> seen = FacesSeen{};
            const double time = seconds_of([&] { seen = finder_.find(*picture); });
            if (!seen) continue;
            if (seen->faces.empty()) empty_times.push_back(time);
            for (auto& face : seen->faces)
                faces.push_back(std::move(face.embedding));
        }
        const double threshold = profile_.thresholds.similarity(1, 1, 1e-5);
        std::vector<float> among;
        for (std::size_t i = 0; i < faces.size(); ++i)
            for (std::size_t j = i + 1; j < faces.size(); ++j)
                among.push_back(similarity(faces[i], faces[j]));
        std::vector<float> with_people;
        for (const auto& face : faces)
            for (const auto& [person, known] : templates_5_)
                with_people.push_back(similarity(face, known));
        const auto of = fmt::format("{} faces in {} pictures", faces.size(), pictures);
        tell("junk: pairs linked with each other at 1e-5", share_from(among, threshold), of);
        tell("junk: linked with people (means) at 1e-5, in 1e-5",
             1e5 * share_from(with_people, profile_.thresholds.similarity(5, 1, 1e-5)),
             fmt::format("{}, {} pairs", of, with_people.size()));
        std::ranges::sort(empty_times);
        if (!empty_times.empty())
            tell("ms a picture without faces (median, one thread)", 1e3 * empty_times[empty_times.size() / 2],
                 fmt::format("{} pictures as they are", empty_times.size()));
    }

    // One face in a picture of 640 x 480 against detector and embedder alone.
    void times(const fs::path& models)
    {
        const auto& photo = photos_.front();
        const auto picture = on_canvas(photo.picture, 640, 480);
        std::vector<double> whole;
        std::vector<double> bare;
        auto detector = Detector::load(*read_model(profile_.detector.model, models), profile_.detector);
        const auto model = read_model(profile_.embedders.front().model, models);
        auto embedder = Embedder::load(*model, profile_.embedders.front(), false);
        const auto frame = as_colour(picture);
        for (int i = 0; i < 15; ++i) {
            whole.push_back(seconds_of([&] { (void)finder_.find(picture); }));
            bare.push_back(seconds_of([&] {
                const auto faces = detector->faces_in(frame);
                (void)embedder->embed(frame, faces->front());
            }));
        }
        const auto median = [](std::vector<double>& all) {
            std::ranges::sort(all);
            return 1e3 * all[all.size() / 2];
        };
        const double one = median(whole);
        const double other = median(bare);
        tell("ms one face at 640 x 480, all of it (median)", one, "15 runs, one thread, decoding aside");
        tell("ratio to YuNet at 640 x 480 and embedding alone", one / other,
             fmt::format("these take {:.1f} ms", other));
    }

    void ten_thousand()
    {
        constexpr std::size_t people = 10'000;
        std::mt19937 random(3);
        std::normal_distribution<float> normal;
        std::vector<Numbers> numbers(people, Numbers(static_cast<std::size_t>(profile_.dimension())));
        std::vector<EnrolledFace> enrolled;
        for (std::size_t p = 0; p < people; ++p) {
            for (auto& number : numbers[p])
                number = normal(random);
            const float length = std::sqrt(similarity(numbers[p], numbers[p]));
            for (auto& number : numbers[p])
                number /= length;
            enrolled.push_back({ReferenceId{static_cast<std::int64_t>(p + 1)},
                                CaseId{static_cast<std::int64_t>(p + 1)}, numbers[p]});
        }
        const People all(enrolled, profile_.thresholds, {}, *std::pmr::new_delete_resource());
        std::vector<double> runs;
        std::size_t found = 0;
        for (int i = 0; i < 50; ++i)
            runs.push_back(
                seconds_of([&] { found += all.alike(numbers[static_cast<std::size_t>(i)]).size(); }));
        std::ranges::sort(runs);
        tell("ms one face against 10 000 people (median)", 1e3 * runs[25],
             fmt::format("50 runs, {} found", found));
    }

private:
    Profile profile_;
    FaceFinder finder_;
    std::vector<Photo> photos_;
    std::map<int, std::vector<std::size_t>> by_person_;
    std::vector<std::pair<int, Numbers>> templates_5_;
};

int run(const char* const* argv)
{
    cv::setNumThreads(1);
    pictures::prepare_decoders();
    const auto profile = load_profile(argv[1], argv[2], Calibration::not_yet);
    if (!profile) return fmt::print(stderr, "{}\n", profile.error().detail), 1;
    auto finder = FaceFinder::load(*profile, argv[2]);
    if (!finder) return fmt::print(stderr, "{}\n", finder.error().detail), 1;
    Bench bench(*profile, *std::move(finder));
    bench.read(argv[3]);
    bench.all_pairs();
    bench.means(3, 3, 1e-4);
    bench.means(5, 1, 1e-5);
    bench.swaps(Swap::whole_head, Damage::none, "whole head");
    bench.swaps(Swap::whole_head, Damage::face_45_px_and_jpeg_50, "whole head, face of 45 px, JPEG 50");
    bench.swaps(Swap::whole_head, Damage::half_and_jpeg_50, "whole head, half size, JPEG 50");
    bench.swaps(Swap::full_face_cloned, Damage::none, "full face, seamless");
    bench.swaps(Swap::full_face_feathered, Damage::none, "full face, feathered");
    bench.turned();
    bench.junk(argv[4]);
    bench.times(argv[2]);
    bench.ten_thousand();
    return 0;
}

} // namespace
} // namespace stillwatch::faces::bench

int main(int argc, char** argv)
{
    if (argc != 5) {
        fmt::print(stderr, "usage: {} PROFILE MODELS PEOPLE JUNK\n", argv[0]);
        return 64;
    }
    return stillwatch::faces::bench::run(argv);
}
