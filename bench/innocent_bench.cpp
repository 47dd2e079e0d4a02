// bench_innocent REFERENCES QUERIES COUNT [SEED]: how often an innocent picture is taken for a reference.
//
// Every picture below REFERENCES is enrolled; COUNT queries are made of the pictures below QUERIES, which
// must show something else: crops, mirrored, scaled, brighter and darker ones, at random. Prints matches and
// candidates by tier, the rate with its 95 % bound (rule of three where there is none) and how many source
// pictures they come from.
#include "features/extract.hpp"
#include "features/local_features.hpp"
#include "features/pdq.hpp"
#include "features/sign_grid.hpp"
#include "features/working_frame.hpp"
#include "matcher/reference_set.hpp"
#include "pictures/decode.hpp"
#include "pictures/sniff.hpp"
#include "tests/support/files.hpp"
#include "tests/unit/matcher/comparing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <thread>

namespace stillwatch::matcher {
namespace {

std::vector<std::filesystem::path> pictures_below(const char* directory)
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

// A random part of a picture, perhaps mirrored, scaled by nearest pixels, at another brightness.
pictures::Luma altered(const pictures::Luma& picture, std::mt19937_64& random)
{
    std::uniform_real_distribution<double> unit(0, 1);
    const double keep = 0.35 + 0.65 * unit(random);
    const int width = std::max(48, static_cast<int>(picture.width_px * keep));
    const int height =
        std::max(48, static_cast<int>(picture.height_px * std::min(1.0, keep * (0.8 + 0.4 * unit(random)))));
    const int left = static_cast<int>(unit(random) * std::max(0, picture.width_px - width));
    const int top = static_cast<int>(unit(random) * std::max(0, picture.height_px - height));
    const double scale = 0.6 + 1.2 * unit(random);
    const double gain = 0.5 + 0.6 * unit(random);
    const bool is_mirrored = unit(random) < 0.3;
    pictures::Luma result(std::max(48, static_cast<int>(width * scale)),
                          std::max(48, static_cast<int>(height * scale)));
    for (int y = 0; y < result.height_px; ++y)
        for (int x = 0; x < result.width_px; ++x) {
            const int from_x = std::min(picture.width_px - 1, left + x * width / result.width_px);
            const int from_y = std::min(picture.height_px - 1, top + y * height / result.height_px);
            const double level = picture.row(from_y)[from_x] * gain + 256 * 3 * unit(random);
            const int to = is_mirrored ? result.width_px - 1 - x : x;
            result.row(y)[to] = static_cast<std::uint16_t>(std::min(level, 255.0 * 256));
        }
    return result;
}

struct Counts {
    std::size_t queries = 0;
    std::map<std::string, std::size_t> found;   // "match derived copy"
    std::map<std::size_t, std::size_t> sources; // matches by source picture
};

void ask(const ReferenceSet& references, const pictures::Luma& picture, std::size_t source, Counts& counts)
{
    features::Extracted extracted;
    auto& features = extracted.features;
    features.width_px = picture.width_px;
    features.height_px = picture.height_px;
    features.frames.push_back(features::fingerprint(picture));
    extracted.decoded.frames.push_back(features::working_frame(picture, Detail::query));
    features.local.push_back(features::local_features(extracted.decoded.frames.front(), Detail::query));
    const auto found = test::look_up(references, std::move(extracted));
    ++counts.queries;
    for (const auto& match : references.judge(found.shortlist, found.sign_grids)) {
        ++counts.found[fmt::format("{} {} {}", name_of(match.status), name_of(match.tier),
                                   name_of(match.relation))];
        if (match.status == MatchStatus::match) ++counts.sources[source];
    }
}

int run(int argc, char** argv)
{
    if (argc < 4) {
        fmt::print(stderr, "usage: bench_innocent REFERENCES QUERIES COUNT [SEED]\n");
        return 64;
    }
    const auto threads = std::max(1U, std::thread::hardware_concurrency());
    std::vector<EnrolledReference> enrolled;
    for (const auto& file : pictures_below(argv[1])) {
        auto features =
            features::extract_features(stillwatch::test::read_file(file.string()), {}, Detail::reference);
        if (!features) continue;
        const ReferenceId id{static_cast<std::int64_t>(enrolled.size()) + 1};
        enrolled.push_back({id, CaseId{1}, features->file_digest, *std::move(features)});
    }
    const ReferenceSet references(std::move(enrolled), 1, *std::pmr::new_delete_resource());
    std::vector<pictures::Luma> pictures;
    std::vector<std::string> names;
    for (const auto& file : pictures_below(argv[2])) {
        const auto bytes = stillwatch::test::read_file(file.string());
        const auto format = pictures::sniff_picture(bytes);
        if (!format) continue;
        auto picture = pictures::decode_picture(bytes, *format, {});
        if (!picture) continue;
        pictures.push_back(std::move(picture->frames.front()));
        names.push_back(file.filename().string());
    }
    const auto wanted = static_cast<std::size_t>(std::stoull(argv[3]));
    const auto seed = argc > 4 ? std::stoull(argv[4]) : 1;
    Counts total;
    std::mutex lock;
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> workers;
    for (unsigned t = 0; t < threads; ++t)
        workers.emplace_back([&] {
            Counts counts;
            for (std::size_t i = next++; i < wanted; i = next++) {
                std::mt19937_64 random(seed * 1'000'003 + i);
                const auto source = i % pictures.size();
                ask(references, altered(pictures[source], random), source, counts);
            }
            const std::lock_guard guard(lock);
            total.queries += counts.queries;
            for (const auto& [source, count] : counts.sources)
                total.sources[source] += count;
            for (const auto& [what, count] : counts.found)
                total.found[what] += count;
        });
    workers.clear();
    fmt::print("references {}  source pictures {}  queries {}\n", references.size(), pictures.size(),
               total.queries);
    std::size_t matches = 0;
    for (const auto& [what, count] : total.found) {
        fmt::print("  {:<32} {}\n", what, count);
        if (what.starts_with("match")) matches += count;
    }
    const double bound = matches == 0 ? 3.0 / static_cast<double>(total.queries) : 0;
    if (matches == 0)
        fmt::print(
            "false matches 0: below {:.1e} a query with 95 % confidence, if queries were independent\n",
            bound);
    else
        fmt::print("false matches {}: {:.1e} a query, from {} of {} source pictures\n", matches,
                   static_cast<double>(matches) / static_cast<double>(total.queries), total.sources.size(),
                   pictures.size());
    for (const auto& [source, count] : total.sources)
        fmt::print("  {} of {}\n", count, names[source]);
    return 0;
}

} // namespace
} // namespace stillwatch::matcher

int main(int argc, char** argv)
{
    return stillwatch::matcher::run(argc, argv);
}
