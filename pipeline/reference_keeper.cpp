#include "pipeline/reference_keeper.hpp"

#include "cases/case_book.hpp"
#include "cases/case_consent.hpp"
#include "core/log.hpp"
#include "pipeline/collisions.hpp"
#include "pipeline/reference_history.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace stillwatch::pipeline {

namespace {

constexpr std::chrono::seconds pause_after_failure{30};
// The wall clock may be set while we wait on a clock that never jumps, and the time seen is noted.
constexpr std::chrono::hours longest_wait{1};
constexpr std::size_t most_names_told = 5;
constexpr std::chrono::hours most_behind{1};

// Memory that cannot be locked, a disk that cannot be read.
template <class Work>
auto as_result(Work work) -> Result<std::invoke_result_t<Work&>>
{
    try {
        return work();
    } catch (const std::exception& error) {
        return Error{Errc::io, error.what()};
    }
}

bool covers(const cases::ReferencePlan::CaseRows& consent, const matcher::StoredReference& reference)
{
    if (reference.is_face()) return consent.covers_faces;
    return !reference.is_video() || consent.covers_videos;
}

// Of `plan`, from what is open already and what was opened now; by number.
auto chosen(const cases::ReferencePlan& plan, const matcher::ReferenceSet& held,
            cases::OpenedReferences& opened)
{
    std::map<ReferenceId, std::shared_ptr<const matcher::StoredReference>> by_number;
    for (auto& reference : opened.references)
        by_number.emplace(reference->reference, reference);
    std::map<ReferenceId, const std::shared_ptr<const matcher::StoredReference>*> kept;
    for (const auto& reference : held.references())
        kept.emplace(reference->reference, &reference);
    for (const auto& c : plan.cases)
        for (const auto& row : c.references)
            if (const auto found = kept.find(row.id); found != kept.end() && covers(c, **found->second))
                by_number.emplace(row.id, *found->second);
    std::vector<std::shared_ptr<const matcher::StoredReference>> all;
    for (auto& [number, reference] : by_number)
        all.push_back(std::move(reference));
    return all;
}

std::shared_ptr<const faces::People>
people_of(const std::vector<std::shared_ptr<const matcher::StoredReference>>& references,
          const ReferenceKeeper::FaceTerms& terms, std::pmr::memory_resource& memory)
{
    std::vector<faces::EnrolledFace> enrolled;
    for (const auto& reference : references)
        if (reference->is_face())
            enrolled.push_back({reference->reference, reference->case_id, reference->face});
    return std::make_shared<const faces::People>(enrolled, terms.thresholds, terms.budget, memory);
}

} // namespace

ReferenceKeeper::ReferenceKeeper(asio::io_context& loop, Stores& stores, asio::thread_pool& cpu,
                                 const vault::KeyPair& installation, const Clock& clock, Problems& problems)
    : stores_(stores), cpu_(cpu), installation_(installation), clock_(clock), problems_(problems),
      turn_(loop), timer_(loop), merge_timer_(loop)
{
    use_none();
}

void ReferenceKeeper::use_none()
{
    current_ =
        std::make_shared<const matcher::ReferenceSet>(std::vector<matcher::EnrolledReference>{}, 0, memory_);
    people_.reset();
}

// Faces that cannot be compared here: nobody looks for faces, or other models read them.
void ReferenceKeeper::refuse_faces(const cases::ReferencePlan& plan, cases::OpenedReferences& opened) const
{
    std::set<ReferenceId> refused;
    for (const auto& reference : opened.references)
        if (reference->is_face() && (!face_terms_ || reference->face_model != face_terms_->model))
            refused.insert(reference->reference);
    if (refused.empty()) return;
    std::erase_if(opened.references, [&](const auto& one) { return refused.contains(one->reference); });
    const Error why{Errc::refused, face_terms_
                                       ? "the face was read with other models than faces.profile names: "
                                         "enrol it again with `stillwatch reference add-face`"
                                       : "faces are off: no faces.profile is configured"};
    for (const auto& c : plan.cases)
        for (const auto& row : c.references)
            if (refused.contains(row.id)) opened.refused.push_back({c.pseudonym, row.name, why});
}

Task<Result<void>> ReferenceKeeper::reload()
{
    while (is_loading_) { // it may have read the rows before the caller changed them
        turn_.expires_at(asio::steady_timer::time_point::max());
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await turn_.async_wait(token);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            co_return Error{Errc::cancelled, "references are not loaded"};
    }
    struct Turn {
        explicit Turn(ReferenceKeeper& owner) : keeper(owner) { keeper.is_loading_ = true; }
        ~Turn()
        {
            keeper.is_loading_ = false;
            keeper.turn_.cancel();
        }
        ReferenceKeeper& keeper;
    } turn(*this);
    auto loaded = co_await load();
    if (!loaded) {
        // What holds references of ended consents must not stay, and its memory may be what the new set
        // lacks.
        use_none();
        loaded = co_await load();
    }
    if (!loaded) {
        use_none();
        problems_.set("references", "", "not loaded, nothing is compared: " + loaded.error().detail);
        co_return loaded;
    }
    problems_.clear("references");
    timer_.cancel(); // follow_consents looks at the new time
    co_return loaded;
}

Task<Result<void>> ReferenceKeeper::load()
{
    for (;;) {
        std::set<ReferenceId> known;
        for (const auto& reference : current_->references())
            known.insert(reference->reference);
        auto read = [&known, now = clock_.now()](store::CaseDatabase& cases, crawler::UrlFrontier&) {
            return as_result([&] {
                (void)cases.note_time(now); // a disk that is full keeps no reference from being compared
                return cases::plan_references(cases, cases::ConsentTime(now, cases.time_seen()), known);
            });
        };
        auto plan = co_await stores_.run(std::move(read));
        if (!plan) co_return plan.error();
        auto open = [this, &plan] {
            return as_result([&] { return cases::open_references(*plan, installation_, memory_); });
        };
        auto opened = co_await offload(cpu_, std::move(open));
        if (!opened) co_return opened.error();
        refuse_faces(*plan, *opened);
        auto references = chosen(*plan, *current_, *opened);
        opened->references.clear();
        const auto refused =
            std::ranges::count_if(opened->refused, [](const auto& one) { return !one.name.empty(); });
        const auto generation =
            co_await put_in_force(references, static_cast<std::size_t>(refused), plan->state);
        if (!generation) co_return generation.error();
        if (!*generation) continue; // a command changed the rows meanwhile
        std::vector<ReferenceId> colliding;
        std::shared_ptr<const faces::People> people;
        auto build = [this, &references, &known, &colliding, &people, before = current_,
                      number = **generation] {
            return as_result([&] {
                if (face_terms_) people = people_of(references, *face_terms_, memory_);
                auto set = before->changed(std::move(references), number, memory_);
                colliding = collisions_of(*set, known);
                return set;
            });
        };
        auto built = co_await offload(cpu_, std::move(build));
        if (!built) co_return built.error();
        stop_indexing_ = true; // it may hold what left
        auto next = *std::move(built);
        people_ = std::move(people);
        co_await exchange(std::move(next));
        merge_timer_.cancel();
        next_change_ = plan->next_change;
        places_ = std::make_shared<const cases::ConsentedPlaces>(std::move(opened->places));
        for (const auto& pseudonym : opened->lost_places)
            log::warn("references", "a consented place does not open; what is found there is told",
                      {{"case", pseudonym}});
        tell(opened->refused);
        tell_clock(plan->moment);
        if (!colliding.empty() && tell_collisions_) co_await tell_collisions_(std::move(colliding));
        const Result<void> done; // named: gcc 12 takes a temporary here for uninitialised at -O1
        co_return done;
    }
}

// Wiping a set takes its time: the last one who holds it does so in the pool.
Task<> ReferenceKeeper::exchange(std::shared_ptr<const matcher::ReferenceSet> next)
{
    auto drop = [old = std::exchange(current_, std::move(next))]() mutable { old.reset(); };
    co_await offload(cpu_, std::move(drop));
}

Task<Result<void>> ReferenceKeeper::merge()
{
    using Tables = std::shared_ptr<const matcher::FeatureTables>;
    Result<Tables> made = Tables();
    if (auto parts = current_->features().parts()) {
        auto work = [this, parts = *std::move(parts)] {
            return as_result([&] { return matcher::FeatureIndex::merged(parts, memory_); });
        };
        made = co_await offload(cpu_, std::move(work));
    } else {
        stop_indexing_ = false;
        auto work = [this, set = current_] {
            return as_result([&] { return set->features().indexed_anew(memory_, stop_indexing_); });
        };
        made = co_await offload(cpu_, std::move(work));
    }
    if (!made) co_return made.error();
    if (!*made) co_return Error{Errc::cancelled, "the references changed meanwhile"};
    for (;;) { // over the set that is in force by now
        const std::weak_ptr<const matcher::ReferenceSet> before = current_;
        auto put = [this, set = current_, &made] {
            return as_result([&] { return set->over(*made, memory_); });
        };
        auto next = co_await offload(cpu_, std::move(put));
        if (!next) co_return next.error();
        if (before.lock() != current_) continue;
        auto merged = *std::move(next);
        made = Tables();
        co_await exchange(std::move(merged));
        const Result<void> done; // as above
        co_return done;
    }
}

Task<> ReferenceKeeper::keep_merged()
{
    bool is_failing = false;
    for (;;) {
        if (is_failing)
            merge_timer_.expires_after(pause_after_failure);
        else if (current_->features().is_merged())
            merge_timer_.expires_at(asio::steady_timer::time_point::max());
        else
            merge_timer_.expires_at(asio::steady_timer::time_point::min());
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await merge_timer_.async_wait(token);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
        if (current_->features().is_merged()) continue;
        const auto merged = co_await merge();
        is_failing = !merged && merged.error().code != Errc::cancelled;
        if (is_failing)
            log::warn("references", "their index is not put together", {{"reason", merged.error().detail}});
    }
}

// From the commit on they count as compared; a set that cannot be built after it is replaced by an empty one,
// whose comparisons are of generation 0 and count for nothing. Nothing where the rows changed since they were
// read.
Task<Result<std::optional<std::int64_t>>>
ReferenceKeeper::put_in_force(const References& references, std::size_t missing, std::int64_t state)
{
    std::vector<ReferenceId> numbers;
    for (const auto& reference : references)
        numbers.push_back(reference->reference);
    auto put = [numbers = std::move(numbers), missing, state,
                now = clock_.now()](store::CaseDatabase& cases,
                                    crawler::UrlFrontier& frontier) -> Result<std::optional<std::int64_t>> {
        std::optional<std::int64_t> none;
        if (cases.references_state() != state) return none;
        const auto generation = cases.put_in_force(numbers, missing, {"stillwatchd", now});
        if (!generation) return generation.error();
        const auto noted = note_history(cases, frontier);
        if (!noted) return noted.error();
        return std::optional(*generation);
    };
    co_return co_await stores_.run(std::move(put));
}

void ReferenceKeeper::tell(const std::vector<cases::RefusedReference>& refused)
{
    struct Trouble {
        std::vector<std::string> names;
        std::size_t more = 0;
        std::string reason;
    };
    std::map<std::pair<std::string, std::string>, Trouble> troubles; // by kind and case
    for (const auto& one : refused) {
        log::warn("references", "reference not usable",
                  {{"case", one.pseudonym}, {"reference", one.name}, {"reason", one.reason.detail}});
        auto& trouble = troubles[{one.reason.code == Errc::refused ? "references" : "keys", one.pseudonym}];
        if (trouble.reason.empty()) trouble.reason = one.reason.detail;
        if (one.name.empty()) continue;
        if (trouble.names.size() < most_names_told)
            trouble.names.push_back(one.name);
        else
            ++trouble.more;
    }
    for (const auto& [kind, subject] : told_)
        if (!troubles.contains({kind, subject})) problems_.clear(kind, subject);
    told_.clear();
    for (const auto& [key, trouble] : troubles) {
        const auto more = trouble.more > 0 ? fmt::format(" and {} more", trouble.more) : "";
        const auto what = trouble.names.empty()
                              ? "the key of the case cannot be opened"
                              : fmt::format("references {}{} cannot be opened; nothing is compared with them",
                                            fmt::join(trouble.names, ", "), more);
        problems_.set(key.first, key.second, fmt::format("{}: {}", what, trouble.reason));
        told_.insert(key);
    }
}

// A clock that once stood far ahead ends consents for good: somebody must know.
void ReferenceKeeper::tell_clock(Timestamp decided_by)
{
    const auto now = clock_.now();
    if (decided_by - now <= most_behind) return problems_.clear("clock", "");
    problems_.set("clock", "",
                  fmt::format("it stands at {}, and {} was seen before: consents are decided by the later, "
                              "so some may count as "
                              "ended; set the clock",
                              format_utc(now), format_utc(decided_by)));
}

Task<Result<std::optional<ReferenceId>>> ReferenceKeeper::same_picture(std::string pseudonym, Bytes sealed)
{
    auto find = [this, &pseudonym, now = clock_.now()](store::CaseDatabase& cases,
                                                       crawler::UrlFrontier&) -> Result<Case> {
        auto found = cases::CaseBook(cases, installation_.public_key).find(pseudonym);
        if (!found) return found.error();
        // Its key is opened for nobody then.
        if (!cases::has_consent(cases, *found, now)) return Error{Errc::not_found, "no valid consent"};
        return *std::move(found);
    };
    auto found = co_await stores_.run(std::move(find));
    if (!found) co_return found.error();
    auto look = [this, &found, &sealed, held = current_]() -> Result<std::optional<ReferenceId>> {
        cases::ReferencePlan plan;
        plan.cases.push_back({found->id,
                              found->pseudonym,
                              found->public_key,
                              found->sealed_secret_key,
                              {{{}, "", std::move(sealed)}}});
        plan.cases.front().covers_videos = cases::covers(found->consent, "videos");
        plan.cases.front().covers_faces = cases::covers(found->consent, "faces");
        auto opened = as_result([&] { return cases::open_references(plan, installation_, memory_); });
        if (!opened) return opened.error();
        if (!opened->refused.empty()) return Error{Errc::refused, opened->refused.front().reason.detail};
        std::optional<ReferenceId> same;
        for (const auto& reference : held->references())
            if (!same && reference->case_id == found->id &&
                cases::is_same_picture(*reference, *opened->references.front()))
                same = reference->reference;
        return same;
    };
    co_return co_await offload(cpu_, std::move(look));
}

Task<> ReferenceKeeper::follow_consents(std::function<void()> on_change)
{
    bool is_failing = false;
    for (;;) {
        auto wait = std::chrono::milliseconds(longest_wait);
        if (next_change_) wait = std::clamp(*next_change_ - clock_.now(), std::chrono::milliseconds(0), wait);
        if (is_failing) wait = pause_after_failure;
        timer_.expires_after(wait);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await timer_.async_wait(token);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
        if (error) continue; // a reload set another time
        const auto reloaded = co_await reload();
        is_failing = !reloaded;
        if (!reloaded) log::error("references", "not reloaded", {{"error", reloaded.error().detail}});
        on_change();
    }
}

} // namespace stillwatch::pipeline
