#include "core/log.hpp"
#include "crawler/canonical.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/pipeline.hpp"

#include <algorithm>
#include <utility>

// What becomes of an archive or PDF file: each picture in it is compared for itself, and recorded under the
// address of the package with its digest and what it is called there (Url::inside).
namespace stillwatch::pipeline {

// One picture of a package. Errors: cancelled, and what kept a match from being recorded.
Task<Result<Ending>> Pipeline::judge_entry(const VisitState& state, const Came& came, Seen& seen,
                                           PackageRead& read)
{
    const auto known = co_await knowledge_of(came.digest);
    if (is_settled(known)) {
        ++read.compared;
        services_.counters.add("pictures_known_total");
        co_return Ending::compared();
    }
    auto matched = co_await compare(state, came, false);
    if (!matched) {
        const auto& error = matched.error();
        if (error.code == Errc::cancelled) co_return error;
        services_.counters.add("pictures_refused_total", "code", name_of(error.code));
        const auto why = why_unread_picture(error, Fetched{state.visit.url}, false);
        if (why == NotCompared::worker_lost || why == NotCompared::no_worker)
            read.failed = error;
        else if (why != NotCompared::too_small)
            seen.is_in_part = true;
        co_return Ending(why);
    }
    ++read.compared;
    trouble_.worked();
    services_.counters.add("pictures_compared_total");
    seen.generation = std::min(seen.generation, matched->generation);
    seen.is_in_part = seen.is_in_part || matched->is_in_part;
    if (matched->matches.empty()) co_return Ending::compared();
    const auto recorded = co_await record(state, came, *matched);
    if (!recorded) co_return recorded.error();
    seen.is_capped = seen.is_capped || recorded->is_capped;
    for (const auto& match : matched->matches)
        seen.matched.push_back(match.reference);
    co_return Ending::compared();
}

Task<Result<Seen>> Pipeline::judge_package(const VisitState& state, const Came& came, Seen seen,
                                           const Knowledge& known)
{
    PackageRead read;
    auto entry = state; // of each picture in turn
    do {
        auto document = document_of(came.fetched(), came.body, state.site->name);
        document.first_picture = read.next_picture;
        auto told = co_await services_.inspector.links(std::move(document), state.visit.url.text());
        if (!told && told.error().code == Errc::cancelled) co_return told.error();
        if (!told) {
            if (read.compared == 0)
                co_return picture_not_read(state, came, std::move(seen), known, told.error());
            read.failed = told.error();
            break;
        }
        seen.is_in_part = seen.is_in_part || told->truncated;
        seen.has_locked = seen.has_locked || told->has_locked;
        const auto next = told->next_picture > read.next_picture ? told->next_picture : 0;
        const auto pictures = std::min(told->pictures.size(), told->links.size());
        for (std::size_t at = 0; at < pictures; ++at) {
            const auto url = Url::parse(told->links[at].url);
            auto file = std::make_shared<const Bytes>(std::move(told->pictures[at]));
            const auto digest = Sha256::of(*file);
            // What a worker says of the names is its word alone; the digest is ours.
            const auto name = url ? url->entry_inside() : std::string_view();
            entry.visit.url = Url::inside(state.visit.url, digest).named_inside(name);
            const Came inside{came.answer, std::move(file), digest, digest};
            const auto judged = co_await judge_entry(entry, inside, seen, read);
            if (judged) count(seen.ended(*judged), inside);
            if (judged) continue;
            if (judged.error().code == Errc::cancelled) co_return judged.error();
            log::error("pipeline", "finding not recorded", {{"reason", to_string(judged.error())}});
            services_.counters.add("record_errors_total");
            co_return seen.ended(NotCompared::not_recorded);
        }
        read.next_picture = next;
    } while (read.next_picture != 0);
    if (seen.is_in_part) services_.counters.add("pictures_in_part_total");
    if (seen.has_locked) services_.counters.add("packages_locked_total");
    if (read.failed) co_return picture_not_read(state, came, std::move(seen), known, *read.failed);
    const auto why = why_not_whole(came.fetched());
    if (seen.matched.empty() && why) co_return seen.ended(*why);
    if (read.compared == 0) {
        const Error nothing{Errc::undecodable, "a package without pictures that are read"};
        co_return picture_not_read(state, came, std::move(seen), known, nothing);
    }
    // What matches is recorded at each visit: which places it has is not known by the digest of the package.
    const bool has_matches = !seen.matched.empty();
    seen.verdict =
        store::Verdict{came.content, has_matches ? 0 : seen.generation, verdict_version, has_matches};
    co_return seen.ended(Ending::compared());
}

} // namespace stillwatch::pipeline
