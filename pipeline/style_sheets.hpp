#pragma once

#include "core/async.hpp"
#include "core/clock.hpp"
#include "crawler/settings.hpp"
#include "evidence/capture.hpp"
#include "pipeline/services.hpp"
#include "pipeline/turns.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace stillwatch::pipeline {

// What the style sheets of a page may cost.
struct StyleLimits {
    std::size_t max_sheets = 8; // of one page, imported ones included; further ones are said to be missing
    std::size_t max_sheet_bytes = 256U << 10U; // more is cut
    // For all sheets of a page together, also where other pages' are fetched first: none is asked for after
    // so long, nor where its host's turn comes later, and none is given more time than is left. Beyond it a
    // package waits only where a sheet redirects, each hop of which has its own time, and for its last turn
    // behind other pages. What was not waited for is said to be missing.
    std::chrono::milliseconds max_time{20'000};
    std::chrono::milliseconds max_time_a_sheet{10'000};
    std::chrono::hours kept{24};             // an answer that came whole, for all pages of its site
    std::chrono::hours kept_failure{1};      // all else
    std::size_t max_kept_bytes = 16U << 20U; // of all sites
    std::size_t max_kept = 4'096;            // sheets of all sites
};

// Style sheets that a document names or, being one, imports, in its order.
std::vector<Url> sheets_in(const PageLinks& links);

// The style sheets of pages that evidence is made of, through the site's gate, scope, robots.txt and guard
// like any request. Kept in memory for a day, so that a board with hundreds of findings is asked once; a
// restart asks again. Loop thread; it must outlive its calls.
class StyleSheets {
public:
    explicit StyleSheets(Services services, StyleLimits limits = {})
        : services_(std::move(services)), limits_(limits)
    {
    }

    // What `named`, the sheets of `page` in its order, hold, and what they import, one level. What did not
    // come says why. Errors: cancelled.
    using Sheets = std::vector<std::shared_ptr<const evidence::StyleSheet>>;
    Task<Result<Sheets>> of_page(std::shared_ptr<const crawler::SiteRules> site, Url page,
                                 std::vector<Url> named);

private:
    struct Kept {
        std::shared_ptr<const evidence::StyleSheet> sheet{};
        std::vector<Url> imports{}; // addresses that it names
        std::size_t bytes = 0;
        Timestamp until{};
        bool is_late = false; // its time was over before all of it had come
    };
    struct Wanted {
        Url url;
        std::string via{};                // the sheet that imports it
        std::chrono::milliseconds time{}; // that is left for it
    };
    using Key = std::pair<std::string, std::string>; // site, address

    Task<Result<Kept>> take(std::shared_ptr<const crawler::SiteRules> site, const Url& page, Wanted wanted,
                            Timestamp deadline);
    Task<Result<Kept>> fetch(std::shared_ptr<const crawler::SiteRules> site, const Url& page, Wanted wanted);
    Task<std::vector<Url>> without_guarded(std::vector<Url> sheets);
    const Kept* find(const Key& key) const;
    void keep(const Key& key, Kept kept);

    Services services_;
    StyleLimits limits_;
    std::map<Key, Kept> kept_;
    std::size_t kept_bytes_ = 0;
    std::map<std::string, Turns> turns_; // by site: whoever comes second finds what the first was given
};

} // namespace stillwatch::pipeline
