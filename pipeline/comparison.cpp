#include "pipeline/comparison.hpp"

#include "core/log.hpp"

#include <algorithm>

namespace stillwatch::pipeline {

namespace {

// Local features cost most and only `derived` needs them.
Detail detail_for(const std::set<Tier>& tiers)
{
    return tiers.empty() || tiers.contains(Tier::derived) ? Detail::query : Detail::hashes;
}

// What we can check ourselves, we do: a worker that a picture took over must not pass one for another.
Result<void> check_digest(const Result<PictureFeatures>& told, const std::optional<Sha256>& file_digest)
{
    if (!told) return told.error();
    if (!file_digest || told->file_digest == *file_digest) return {};
    log::warn("comparison", "a worker told of other bytes than it was given");
    return Error{Errc::io, "the worker told of other bytes than it was given"};
}

// The picture was read before: what a worker says now against looking at it again is no verdict about it.
Error as_passing(const Error& error)
{
    return error.code == Errc::cancelled || error.code == Errc::io ? error
                                                                   : Error{Inspector::lost, error.detail};
}

Compared nothing_yet(const PictureFeatures& features)
{
    Compared compared;
    compared.file_digest = features.file_digest;
    compared.width_px = features.width_px;
    compared.height_px = features.height_px;
    compared.is_in_part = features.is_in_part;
    compared.format = features.format;
    if (!features.frames.empty())
        compared.fingerprint =
            features.frames.front().fingerprints[static_cast<std::size_t>(Orientation::original)];
    return compared;
}

// Whether nobody may look at it. Frames of which little is clear are like too much.
Task<std::optional<cases::GuardReason>> guard_reason(asio::thread_pool& cpu, const PictureFeatures& features,
                                                     const ComparisonTerms& terms)
{
    if (!terms.guard) co_return std::nullopt;
    auto ask = [guard = terms.guard, &features]() -> std::optional<cases::GuardReason> {
        constexpr int least_quality_percent = 50; // below it PDQ's own tools take no match for sure
        for (const auto& digest : {features.file_digest, features.data_digest})
            if (const auto reason = guard->reason_for(digest)) return reason;
        if (features.list_digests)
            if (const auto reason = guard->reason_for(*features.list_digests)) return reason;
        for (const auto& frame : features.frames)
            if (frame.quality_percent >= least_quality_percent)
                if (const auto reason = guard->reason_for(frame.fingerprints)) return reason;
        return std::nullopt;
    };
    auto reason = co_await offload(cpu, std::move(ask));
    co_return reason;
}

// Of a picture with several frames those that look like one of them, that one first.
std::vector<std::size_t> frames_like(const PictureFeatures& features, std::size_t number)
{
    constexpr int near_bits = 31; // as tier near has it
    const auto upright = static_cast<std::size_t>(Orientation::original);
    const auto whole = [](const Frame& frame) { return !frame.trimmed; };
    const auto is_it = [&](const Frame& frame) {
        return whole(frame) && static_cast<std::size_t>(frame.number) == number;
    };
    std::vector<std::size_t> like{number};
    const auto shown = std::ranges::find_if(features.frames, is_it);
    if (shown == features.frames.end()) return like;
    const auto frames = features.local.size() - features.parts.size();
    for (const auto& frame : features.frames) {
        const auto other = static_cast<std::size_t>(frame.number);
        if (whole(frame) && other != number && other < frames &&
            hamming(frame.fingerprints[upright], shown->fingerprints[upright]) <= near_bits)
            like.push_back(other);
    }
    return like;
}

// What the digest alone tells: a reference's very file is found whether or not a worker can read it.
std::vector<Match> matches_of_file(const matcher::ReferenceSet& references, const ComparisonTerms& terms)
{
    if (!terms.file_digest || (!terms.tiers.empty() && !terms.tiers.contains(Tier::exact))) return {};
    return references.matches_of_file(*terms.file_digest);
}

// The end where no worker read the picture.
Result<Compared> not_read(const ComparisonTerms& terms, const Error& error)
{
    const auto references = terms.references();
    Compared compared;
    if (error.code != Errc::cancelled) compared.matches = matches_of_file(*references, terms);
    if (compared.matches.empty()) return error;
    compared.generation = references->generation();
    compared.file_digest = *terms.file_digest;
    return compared;
}

// What a coarse pass leaves to do: `compared` is the end of the comparison where it shows that the picture is
// no reference. `features` are all that the full pass would tell, where no format's coarse version came
// between. Neither: the picture must be looked at.
struct Look {
    std::optional<Compared> compared{};
    std::optional<PictureFeatures> features{};
};

Task<Result<Look>> coarse_pass(Inspector& inspector, asio::thread_pool& cpu, Document document,
                               const ComparisonTerms& terms)
{
    Look pass;
    if (terms.is_seen_before || !terms.references()->are_few()) co_return std::move(pass);
    auto coarse = co_await inspector.features(std::move(document), Detail::coarse);
    const auto checked = check_digest(coarse, terms.file_digest);
    if (!checked) co_return checked.error();
    if (is_never_coarse(coarse->format)) {
        pass.features = *std::move(coarse);
        co_return std::move(pass);
    }
    auto compared = nothing_yet(*coarse);
    compared.guarded = co_await guard_reason(cpu, *coarse, terms);
    if (!compared.guarded) {
        auto references = terms.references();
        compared.generation = references->generation();
        auto search = [references = std::move(references), &coarse] {
            return references->may_be_near(*coarse);
        };
        const auto may_be = co_await offload(cpu, std::move(search));
        if (may_be) co_return std::move(pass);
    }
    pass.compared = std::move(compared);
    co_return std::move(pass);
}

// The features to compare, or the end of the comparison.
Task<Result<Look>> look(Inspector& inspector, asio::thread_pool& cpu, Document document,
                        const ComparisonTerms& terms)
{
    const auto detail = detail_for(terms.tiers);
    if (detail == Detail::hashes) {
        auto copy = document;
        auto coarse = co_await coarse_pass(inspector, cpu, std::move(copy), terms);
        if (!coarse || coarse->compared || coarse->features) co_return std::move(coarse);
    }
    auto told = co_await inspector.features(std::move(document), detail);
    const auto checked = check_digest(told, terms.file_digest);
    if (!checked) co_return checked.error();
    Look pass;
    pass.features = *std::move(told);
    co_return std::move(pass);
}

// Sign grids of the picture; none for no views.
Task<Result<std::vector<SignGrid>>> look_at(Inspector& inspector, Document document, Sha256 picture,
                                            std::vector<View> views)
{
    if (views.empty()) co_return std::vector<SignGrid>{};
    auto sign_grids = co_await inspector.views(std::move(document), picture, std::move(views));
    co_return std::move(sign_grids);
}

} // namespace

Task<Result<Compared>> compare_picture(Inspector& inspector, asio::thread_pool& cpu, Document document,
                                       ComparisonTerms terms)
{
    // Only the worker sees what encoded bytes hold.
    document.wants_list_digests =
        terms.references()->has_list_digests() || (terms.guard && terms.guard->has_list_digests());
    auto copy = document;
    auto looked = co_await look(inspector, cpu, std::move(copy), terms);
    if (!looked) co_return not_read(terms, looked.error());
    if (looked->compared) co_return *std::move(looked->compared);
    const auto features = *std::move(looked->features);
    auto compared = nothing_yet(features);
    compared.guarded = co_await guard_reason(cpu, features, terms);
    if (compared.guarded) co_return std::move(compared);
    for (;;) {
        // Taken only now and given back soon: a withdrawn reference must not live on while workers are busy.
        auto references = terms.references();
        compared.generation = references->generation();
        const std::weak_ptr<const matcher::ReferenceSet> same = references;
        auto search = [references = std::move(references), &features, &terms] {
            return references->shortlist(features, *terms.templates, terms.tiers);
        };
        auto shortlist = co_await offload(cpu, std::move(search));
        if (shortlist.leads.empty()) co_return std::move(compared); // as nearly always
        auto sign_grids = co_await look_at(inspector, document, features.file_digest, shortlist.views());
        if (!sign_grids) co_return not_read(terms, as_passing(sign_grids.error()));
        std::vector<matcher::Refinement> looks;
        if (!sign_grids->empty()) {
            references = same.lock();
            if (!references) continue; // others are in force: what was found no longer counts
            auto doubt = [references = std::move(references), &shortlist, &sign_grids, &terms] {
                return references->refinements(shortlist, *sign_grids, *terms.templates);
            };
            looks = co_await offload(cpu, std::move(doubt));
        }
        auto again = co_await look_at(inspector, document, features.file_digest, matcher::views_of(looks));
        if (!again) co_return not_read(terms, as_passing(again.error()));
        references = same.lock();
        if (!references) continue;
        auto judge = [references = std::move(references), &features, &shortlist, &sign_grids, &looks, &again,
                      &terms] {
            references->move_leads(shortlist, *sign_grids, looks, *again, *terms.templates);
            auto matches = references->judge(shortlist, *sign_grids, *terms.templates);
            auto parts = references->parts_of_others(shortlist, *sign_grids, matches, terms.is_background);
            std::map<ReferenceId, std::vector<std::size_t>> shown_in;
            if (shortlist.whole_frames > 1)
                for (const auto& match : matches)
                    if (const auto frame = references->frame_of(shortlist, match))
                        shown_in[match.reference] = frames_like(features, *frame);
            return std::tuple(std::move(matches), std::move(parts), std::move(shown_in));
        };
        auto judged = co_await offload(cpu, std::move(judge));
        std::tie(compared.matches, compared.parts_of_others, compared.shown_in) = std::move(judged);
        co_return std::move(compared);
    }
}

} // namespace stillwatch::pipeline
