#pragma once

#include "cases/guard_list.hpp"
#include "core/async.hpp"
#include "core/inspector.hpp"
#include "matcher/reference_set.hpp"

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace stillwatch::pipeline {

// What to compare a picture with.
struct ComparisonTerms {
    // The references in force when it is called: they may change while a picture is on its way.
    std::function<std::shared_ptr<const matcher::ReferenceSet>()> references;
    std::shared_ptr<const matcher::Templates> templates; // of the picture's site
    std::set<Tier> tiers;                                // only these; empty: all
    std::optional<Sha256> file_digest;                   // the picture's, where it is known beforehand
    bool is_background = false;                          // it is known to be no re-post
    bool is_seen_before = false; // a match was told of it: a coarse pass would not spare the full one
    // Asked of what a picture shows before anything is compared; in the CPU pool. Empty: nothing is guarded.
    std::shared_ptr<const cases::GuardList> guard{};
};

struct Compared {
    std::vector<Match> matches;                    // surest first
    std::vector<matcher::PartKey> parts_of_others; // for the site's TemplateMemory
    std::int64_t generation = 0;                   // of the references it was compared with
    Sha256 file_digest;
    int width_px = 0;
    int height_px = 0;
    bool is_in_part = false;                     // a bound left out some of what it shows
    std::optional<Fingerprint> fingerprint{};    // of the picture as it stands
    std::optional<cases::GuardReason> guarded{}; // then nothing was compared
    PictureFormat format = PictureFormat::jpeg;
    // Of a picture with several frames: the one that shows the reference, then those like that frame.
    std::map<ReferenceId, std::vector<std::size_t>> shown_in{};
};

// Compares one picture with all references: its features from a worker, the few references that come into
// question from the CPU pool, sign grids where these would lie from the worker again, and the verdict.
// Errors: those of Inspector; io also when a worker told of other bytes than it was given. Loop thread.
Task<Result<Compared>> compare_picture(Inspector& inspector, asio::thread_pool& cpu, Document document,
                                       ComparisonTerms terms);

} // namespace stillwatch::pipeline
