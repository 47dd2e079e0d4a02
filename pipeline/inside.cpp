#include "pipeline/inside.hpp"

#include "crawler/canonical.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/pipeline.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

// Pictures that stand in a document: how they come to their visit.
namespace stillwatch::pipeline {

namespace {

constexpr int status_gone = 410;
constexpr std::size_t small_picture_bytes = 16U << 10U;

} // namespace

void PicturesInside::keep(const crawler::PoliteAnswer& answer, std::vector<Bytes> pictures, Timestamp now)
{
    if (pictures.empty()) return;
    auto document = std::make_shared<crawler::PoliteAnswer>(answer);
    // What waits here takes nothing of the budget of bodies in flight.
    document->answer.share.reset();
    for (auto& hop : document->hops)
        hop.share.reset();
    const auto part = document->answer.body.size() / pictures.size();
    for (auto& bytes : pictures) {
        const auto digest = Sha256::of(bytes);
        auto url = crawler::canonical(Url::inside(document->answer.url, digest));
        const auto size = bytes.size() + part;
        auto file = std::make_shared<const Bytes>(std::move(bytes));
        entries_.push_back({std::move(url), {document, std::move(file), digest}, now, size});
        bytes_ += size;
    }
    while (bytes_ > max_bytes)
        drop_first();
}

std::optional<PicturesInside::Picture> PicturesInside::take(const Url& url, Timestamp now)
{
    while (!entries_.empty() && entries_.front().kept_at + max_age < now)
        drop_first();
    // The newest first: a document may have been read twice.
    const auto found =
        std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& one) { return one.url == url; });
    if (found == entries_.rend()) return std::nullopt;
    auto picture = std::move(found->picture);
    bytes_ -= found->bytes;
    entries_.erase(std::next(found).base());
    return picture;
}

void PicturesInside::drop_first()
{
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
}

// Which of a page's inner pictures are to be visited. Icons and blank pictures stand in every page of a site:
// what was judged, is small, and matches nothing gets no address of its own on each of them.
Task<> Pipeline::take_inside(const crawler::PoliteAnswer& answer, PageLinks& page)
{
    if (page.pictures.empty()) co_return;
    std::vector<Sha256> digests;
    for (const auto& picture : page.pictures)
        digests.push_back(Sha256::of(picture));
    auto look = [&digests](store::CaseDatabase&, crawler::UrlFrontier& frontier) {
        std::vector<Knowledge> known;
        for (const auto& digest : digests) {
            auto verdict = frontier.verdict(digest);
            if (verdict && verdict->version != verdict_version) verdict.reset();
            known.push_back({std::move(verdict), {}});
        }
        return known;
    };
    const auto known = co_await services_.stores.run(std::move(look));
    std::set<std::string> settled;
    std::vector<Bytes> pictures;
    for (std::size_t at = 0; at < digests.size(); ++at) {
        const bool is_small = page.pictures[at].size() < small_picture_bytes ||
                              (known[at].verdict && known[at].verdict->is_unreadable());
        if (is_small && is_settled(known[at])) {
            services_.counters.add("pictures_known_total");
            settled.insert(Url::inside(answer.answer.url, digests[at]).text());
        } else {
            pictures.push_back(std::move(page.pictures[at]));
        }
    }
    page.pictures.clear();
    std::erase_if(page.links, [&](const Link& link) {
        return link.mechanism == Mechanism::inline_data && settled.contains(link.url);
    });
    inside_.keep(answer, std::move(pictures), services_.clock.now());
}

// The document that holds the picture was read just now, or is asked for and read once more. A picture that
// it holds no longer is gone, as if its address said so.
Task<Result<Came>> Pipeline::fetch_inside(const VisitState& state)
{
    const auto& url = state.visit.url;
    auto picture = inside_.take(url, services_.clock.now());
    if (!picture) {
        crawler::Conditions none;
        std::optional<crawler::Referrer> nobody;
        auto answer = co_await services_.fetcher.fetch(state.site, url.document(), none, std::move(nobody),
                                                       state.settings->page, crawler::Purpose::page);
        if (!answer) co_return answer.error();
        auto came = co_await receive(*std::move(answer));
        count_arrival(came);
        if (!came.answer->led_to && !is_success(came.fetched())) co_return std::move(came);
        if (!came.answer->led_to) {
            auto document = document_of(came.fetched(), came.body, state.site->name);
            auto page = co_await services_.inspector.links(std::move(document), came.fetched().url.text());
            if (!page) co_return page.error();
            inside_.keep(*came.answer, std::move(page->pictures), services_.clock.now());
            picture = inside_.take(url, services_.clock.now());
        }
    }
    if (picture) co_return Came{picture->document, picture->file, picture->digest, picture->digest};
    auto gone = std::make_shared<crawler::PoliteAnswer>(crawler::PoliteAnswer{Fetched{url.document()}});
    gone->answer.status = status_gone;
    gone->answer.finished = gone->answer.started = services_.clock.now();
    co_return Came{std::move(gone), std::make_shared<const Bytes>()};
}

} // namespace stillwatch::pipeline
