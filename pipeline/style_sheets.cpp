#include "pipeline/style_sheets.hpp"

#include "crawler/walls.hpp"
#include "pipeline/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace stillwatch::pipeline {

namespace {

using evidence::StyleSheet;

// What an entry costs beside its body: heads, addresses, the node.
constexpr std::size_t bytes_of_an_entry = 4U << 10U;

std::shared_ptr<const StyleSheet> missing(Url url, std::string via, std::string why)
{
    return std::make_shared<const StyleSheet>(StyleSheet{std::move(url), std::move(via), {}, std::move(why)});
}

FetchLimits limits_of(const StyleLimits& limits, std::chrono::milliseconds left)
{
    FetchLimits fetch;
    fetch.max_body_bytes = limits.max_sheet_bytes;
    fetch.total = std::min(limits.max_time_a_sheet, left);
    return fetch;
}

} // namespace

std::vector<Url> sheets_in(const PageLinks& links)
{
    std::vector<Url> sheets;
    for (const auto& link : links.links) {
        if (link.mechanism != Mechanism::css_import) continue;
        const auto url = Url::parse(link.url);
        if (url && std::ranges::find(sheets, *url) == sheets.end()) sheets.push_back(*url);
    }
    return sheets;
}

// Of a guarded address nothing is told, not even that it was left out.
Task<std::vector<Url>> StyleSheets::without_guarded(std::vector<Url> sheets)
{
    auto sift = [&sheets](store::CaseDatabase& cases, crawler::UrlFrontier&) {
        std::erase_if(sheets, [&cases](const Url& sheet) { return cases.is_guarded(sheet); });
    };
    co_await services_.stores.run(std::move(sift));
    co_return std::move(sheets);
}

Task<Result<StyleSheets::Sheets>> StyleSheets::of_page(std::shared_ptr<const crawler::SiteRules> site,
                                                       Url page, std::vector<Url> named)
{
    const auto deadline = services_.clock.now() + limits_.max_time;
    named = co_await without_guarded(std::move(named));
    std::deque<Wanted> wanted;
    std::vector<Url> known;
    const auto want = [&wanted, &known](std::vector<Url> urls, const std::string& via) {
        auto place = wanted.begin(); // what a sheet imports comes right behind it
        for (auto& url : urls) {
            if (std::ranges::find(known, url) != known.end()) continue;
            known.push_back(url);
            place = std::next(wanted.insert(place, Wanted{std::move(url), via}));
        }
    };
    want(std::move(named), "");
    Sheets sheets;
    for (; !wanted.empty() && sheets.size() < limits_.max_sheets;) {
        auto next = std::move(wanted.front());
        wanted.pop_front();
        const bool is_imported = !next.via.empty();
        auto taken = co_await take(site, page, std::move(next), deadline);
        if (!taken) co_return taken.error();
        sheets.push_back(taken->sheet);
        if (is_imported) continue;
        auto imports = co_await without_guarded(std::move(taken->imports));
        want(std::move(imports), taken->sheet->url.text());
    }
    if (!wanted.empty()) {
        auto why = fmt::format("more than {} style sheets: this one and {} more are left out",
                               limits_.max_sheets, wanted.size() - 1);
        sheets.push_back(missing(std::move(wanted.front().url), {}, std::move(why)));
    }
    for (const auto& sheet : sheets)
        services_.counters.add("style_sheets_total", "kept", sheet->chain.empty() ? "no" : "yes");
    co_return std::move(sheets);
}

Task<Result<StyleSheets::Kept>> StyleSheets::take(std::shared_ptr<const crawler::SiteRules> site,
                                                  const Url& page, Wanted wanted, Timestamp deadline)
{
    const Key key{site->name, wanted.url.text()};
    if (const auto* known = find(key)) co_return *known;
    const auto not_waited_for = [&wanted] {
        return Kept{missing(std::move(wanted.url), std::move(wanted.via), "the package did not wait for it")};
    };
    if (deadline <= services_.clock.now()) co_return not_waited_for();
    auto& turns = turns_.try_emplace(site->name, 1).first->second;
    const auto turn = co_await turns.take();
    if (!turn) co_return turn.error();
    if (const auto* known = find(key)) co_return *known; // whoever came before has asked
    const auto left = deadline - services_.clock.now();
    const auto pause =
        services_.fetcher.standing(wanted.url.origin()).earliest_start - std::chrono::steady_clock::now();
    if (left <= left.zero() || pause > left) co_return not_waited_for();
    wanted.time = left;
    auto fetched = co_await fetch(std::move(site), page, std::move(wanted));
    // The next package may give it the time that this one had not.
    const bool was_hurried = fetched && fetched->is_late && left < limits_.max_time_a_sheet;
    if (fetched && !was_hurried) keep(key, *fetched);
    co_return std::move(fetched);
}

Task<Result<StyleSheets::Kept>> StyleSheets::fetch(std::shared_ptr<const crawler::SiteRules> site,
                                                   const Url& page, Wanted wanted)
{
    const auto now = services_.clock.now();
    Kept kept{{}, {}, bytes_of_an_entry, now + limits_.kept_failure};
    const auto leave_out = [&kept, &wanted](std::string why) {
        kept.sheet = missing(std::move(wanted.url), std::move(wanted.via), std::move(why));
        return std::move(kept);
    };
    // The sheet goes into packages of other pages and other cases as well: its request tells of the site, and
    // of no page.
    const auto site_itself = Url::join(page, "/");
    std::optional<crawler::Referrer> from;
    if (site_itself) from = crawler::Referrer{*site_itself, ReferrerPolicy::strict_origin};
    const auto name = site->name;
    crawler::Conditions none;
    auto url = wanted.url;
    const auto limits = limits_of(limits_, wanted.time);
    const auto answer = co_await services_.fetcher.fetch(std::move(site), std::move(url), none, from, limits,
                                                         crawler::Purpose::evidence);
    if (!answer) {
        if (answer.error().code == Errc::cancelled) co_return answer.error();
        kept.is_late = answer.error().code == Errc::timed_out;
        co_return leave_out(answer.error().detail);
    }
    if (crawler::is_challenge(answer->answer)) {
        services_.fetcher.challenged(answer->answer);
        co_return leave_out("a challenge in place of it");
    }
    if (answer->answer.status != 200) co_return leave_out(fmt::format("status {}", answer->answer.status));
    // Whatever calls itself a style sheet is kept where a worker reads it as text: no picture comes into a
    // package that way, before anybody compared it or asked the guard's lists.
    auto payload = answer->answer.payload();
    if (!payload) co_return leave_out(payload.error().detail);
    if (media_of(answer->answer, *payload, LinkKind::page) == Media::picture)
        co_return leave_out("what came is a picture");
    auto document = document_of(answer->answer, std::make_shared<const Bytes>(*std::move(payload)), name);
    const auto links = co_await services_.inspector.links(std::move(document), answer->answer.url.text());
    if (!links) {
        if (links.error().code == Errc::cancelled) co_return links.error();
        co_return leave_out(links.error().code == Errc::exists ? "what came is a picture"
                                                               : "what came cannot be read as a style sheet");
    }
    StyleSheet sheet{std::move(wanted.url), std::move(wanted.via), chain_of(*answer)};
    for (const auto& hop : sheet.chain)
        kept.bytes += hop.body.size();
    if (sheet.chain.back().cut != Cut::disconnect && sheet.chain.back().cut != Cut::time)
        kept.until = now + limits_.kept;
    kept.is_late = sheet.chain.back().cut == Cut::time;
    kept.imports = sheets_in(*links);
    kept.sheet = std::make_shared<const StyleSheet>(std::move(sheet));
    co_return std::move(kept);
}

const StyleSheets::Kept* StyleSheets::find(const Key& key) const
{
    const auto found = kept_.find(key);
    return found != kept_.end() && services_.clock.now() < found->second.until ? &found->second : nullptr;
}

void StyleSheets::keep(const Key& key, Kept kept)
{
    const auto forget = [this](auto entry) {
        kept_bytes_ -= entry->second.bytes;
        return kept_.erase(entry);
    };
    if (const auto before = kept_.find(key); before != kept_.end()) forget(before);
    const auto is_full = [this](std::size_t more) {
        return kept_bytes_ + more > limits_.max_kept_bytes || kept_.size() >= limits_.max_kept;
    };
    while (!kept_.empty() && is_full(kept.bytes)) // those that end first go first
        forget(std::ranges::min_element(kept_, {}, [](const auto& entry) { return entry.second.until; }));
    kept_bytes_ += kept.bytes;
    kept_.emplace(key, std::move(kept));
}

} // namespace stillwatch::pipeline
