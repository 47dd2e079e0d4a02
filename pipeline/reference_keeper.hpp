#pragma once

#include "cases/references.hpp"
#include "core/async.hpp"
#include "core/clock.hpp"
#include "core/problems.hpp"
#include "faces/people.hpp"
#include "matcher/reference_set.hpp"
#include "pipeline/stores.hpp"
#include "vault/locked_memory.hpp"
#include "vault/seal.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace stillwatch::pipeline {

// Holds the references that may be compared now, in locked memory, and exchanges the set when cases change or
// a consent begins or ends: rows are read on the store's thread, opened and indexed in the pool. What stays
// is shared by both sets; an old one goes as soon as the last comparison with it ended. Loop thread.
//
// A reference that should be compared and cannot be is a problem: "keys" of its case where its seal does not
// open, "references" of its case where its record cannot be used, "references" of no case where the set could
// not be loaded. "clock" where the clock stands an hour or more behind the latest time seen.
class ReferenceKeeper {
public:
    // Everything given must outlive it, and it must outlive every set it gave.
    ReferenceKeeper(asio::io_context& loop, Stores& stores, asio::thread_pool& cpu,
                    const vault::KeyPair& installation, const Clock& clock, Problems& problems);

    // Never null: before the first reload an empty set of generation 0.
    std::shared_ptr<const matcher::ReferenceSet> current() const { return current_; }

    // From the next reload on faces are compared, of people whose consent covers them. Without it they are
    // told as references that cannot be used. `model`: which models read what is found; faces that others
    // read are refused.
    struct FaceTerms {
        Sha256 model;
        faces::ThresholdTable thresholds;
        faces::Budget budget;
    };
    void look_for_faces(FaceTerms terms) { face_terms_ = std::move(terms); }
    // Everyone whose face is looked for now. Null where faces are not looked for.
    std::shared_ptr<const faces::People> people() const { return people_; }
    const std::optional<FaceTerms>& face_terms() const { return face_terms_; }

    // Where pictures may stay, of the cases whose consent is valid. Never null.
    std::shared_ptr<const cases::ConsentedPlaces> places() const { return places_; }

    // Called by each reload that brought a reference which shows the same picture as one of another case,
    // with those and what they show the same as (pipeline/collisions.hpp).
    void on_collisions(std::function<Task<>(std::vector<ReferenceId>)> tell)
    {
        tell_collisions_ = std::move(tell);
    }

    // Reads the cases again; what they said when it was called is in force when it returns. Errors: io
    // (memory cannot be locked; then the set is empty: nothing is compared with references whose consent may
    // have ended), cancelled.
    Task<Result<void>> reload();
    // Reloads each time a consent begins or ends; `on_change` is called after each. Ends only by
    // cancellation.
    Task<> follow_consents(std::function<void()> on_change);

    // Merges, in the pool, what changes left beside each other (matcher::FeatureIndex), within about a second
    // of the last of them: searches are faster then, and no bit of what left is held any more. Ends only by
    // cancellation.
    Task<> keep_merged();
    // Once. Errors: io (memory cannot be locked), cancelled (the references changed meanwhile).
    Task<Result<void>> merge();

    // The reference in force of the same case that shows the same picture as this sealed record, if there is
    // one. Errors: not_found (the case, or its valid consent), refused (the record cannot be used here: it
    // would never be compared), io.
    Task<Result<std::optional<ReferenceId>>> same_picture(std::string pseudonym, Bytes sealed);

private:
    using References = std::vector<std::shared_ptr<const matcher::StoredReference>>;

    Task<Result<void>> load();
    Task<Result<std::optional<std::int64_t>>> put_in_force(const References& references, std::size_t missing,
                                                           std::int64_t state);
    void tell(const std::vector<cases::RefusedReference>& refused);
    void tell_clock(Timestamp decided_by);
    void use_none();
    void refuse_faces(const cases::ReferencePlan& plan, cases::OpenedReferences& opened) const;
    Task<> exchange(std::shared_ptr<const matcher::ReferenceSet> next);

    Stores& stores_;
    asio::thread_pool& cpu_;
    const vault::KeyPair& installation_;
    const Clock& clock_;
    Problems& problems_;
    vault::LockedMemoryResource memory_;
    std::shared_ptr<const matcher::ReferenceSet> current_;
    std::shared_ptr<const cases::ConsentedPlaces> places_ = std::make_shared<const cases::ConsentedPlaces>();
    std::optional<FaceTerms> face_terms_;
    std::shared_ptr<const faces::People> people_;
    std::function<Task<>(std::vector<ReferenceId>)> tell_collisions_;
    std::optional<Timestamp> next_change_;
    std::set<std::pair<std::string, std::string>> told_; // kind and case of problems
    bool is_loading_ = false;
    asio::steady_timer turn_; // of a reload that waits for another
    asio::steady_timer timer_;
    std::atomic<bool> stop_indexing_ = false; // what holds references while it works
    asio::steady_timer merge_timer_;          // runs until there is something to merge
};

} // namespace stillwatch::pipeline
