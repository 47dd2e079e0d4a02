#include "core/log.hpp"
#include "crawler/walls.hpp"
#include "packages/unpack.hpp"
#include "pipeline/answers.hpp"
#include "pipeline/content_range.hpp"
#include "pipeline/pipeline.hpp"
#include "videos/video_file.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <chrono>

// How an answer is got, and what it is known by.
namespace stillwatch::pipeline {

namespace {

// More is hashed in the pool; below, handing over costs more than hashing (0.15 ms).
constexpr std::size_t most_bytes_on_loop = 256U << 10U;

bool ends_like_picture(const Url& url)
{
    const auto path = url.path();
    const auto dot = path.rfind('.');
    return dot != std::string_view::npos && is_picture_suffix(path.substr(dot + 1));
}

// Bytes that say nothing of other addresses where the same ones come: the beginning of a file, and a
// playlist, whose addresses are told apart from its own.
bool is_bound_to_address(const Fetched& answer, const Bytes& body)
{
    const auto range =
        answer.status == 206 ? parse_content_range(answer.header("Content-Range")) : std::nullopt;
    return (range && range->bytes < range->file_bytes) || videos::is_playlist(body);
}

Sha256 bound_content(const Fetched& answer, const Sha256& content)
{
    return Sha256::of(as_bytes(fmt::format("{}\n{}\n{}\n{}", answer.url.text(), content.hex(),
                                           answer.header("Content-Range"), answer.header("ETag"))));
}

// Whether something else came than a picture that was asked for: a refusal, a page in its place, or a
// redirect to one. Hosts that let in only who comes from their own pages answer so.
bool is_refusal(const Came& came)
{
    const auto& answer = came.fetched();
    if (came.answer->led_to) return !ends_like_picture(*came.answer->led_to);
    if (crawler::is_challenge(answer) || answer.body.size() > most_bytes_on_loop) return false;
    const bool is_told = answer.status == 401 || answer.status == 403;
    const bool is_page = is_success(answer) && answer.header("Content-Type").starts_with("text/html");
    return (is_told || is_page) && media_of(answer, *came.body, LinkKind::page) != Media::picture;
}

} // namespace

// Errors: those of PoliteFetcher; refused also where no site has the address any more.
Task<Result<Came>> Pipeline::fetch(const VisitState& state)
{
    if (!state.site) co_return Error{Errc::refused, "of no site"};
    if (state.visit.url.picture_inside()) {
        auto inside = co_await fetch_inside(state);
        co_return inside;
    }
    if (state.visit.kind == LinkKind::video) {
        auto video = co_await fetch_video(state);
        co_return video;
    }
    const bool is_image = state.visit.kind == LinkKind::image;
    const bool is_package_by_name = packages::has_package_suffix(state.visit.url.path());
    const auto& limits = is_image || is_package_by_name ? state.settings->image : state.settings->page;
    const auto purpose = is_image ? crawler::Purpose::image : crawler::Purpose::page;
    const auto pair = introductions_.of(state.visit);
    auto from = pair.first;
    auto answer = co_await services_.fetcher.fetch(state.site, state.visit.url, state.conditions,
                                                   std::move(from), limits, purpose);
    if (!answer) co_return answer.error();
    auto came = co_await receive(*std::move(answer));
    count_arrival(came);
    // Larger than pages may be, and no page.
    const bool has_room = state.settings->image.max_body_bytes > limits.max_body_bytes;
    if (has_room && came.fetched().cut == Cut::size && is_package(came.fetched(), *came.body)) {
        crawler::Conditions none;
        auto again_from = pair.first;
        auto whole = co_await services_.fetcher.fetch(state.site, state.visit.url, std::move(none),
                                                      std::move(again_from), state.settings->image, purpose);
        if (!whole) co_return whole.error();
        came = co_await receive(*std::move(whole));
        count_arrival(came);
    }
    if (!is_image || state.site->referer == crawler::RefererUse::none) co_return std::move(came);
    const bool is_refused = is_refusal(came) || is_stand_in(state, came);
    if (!is_refused && is_success(came.fetched())) introductions_.succeeded(state.visit.url);
    if (!is_refused) co_return std::move(came);
    const int status = came.fetched().status;
    asio::steady_timer pause(co_await asio::this_coro::executor);
    while (introductions_.is_undecided(state.visit.url, status)) {
        pause.expires_after(std::chrono::milliseconds(10));
        co_await pause.async_wait(asio::use_awaitable);
    }
    if (!introductions_.is_worth_another(state.visit.url, status)) co_return std::move(came);
    auto other = co_await ask_otherwise(state, std::move(came), pair);
    co_return other;
}

// Once more, told otherwise who led here; where that is refused as well, the first answer stands. Errors:
// cancelled.
Task<Result<Came>> Pipeline::ask_otherwise(const VisitState& state, Came refusal, Introductions::Pair pair)
{
    const auto& url = state.visit.url;
    crawler::Conditions none;
    auto answer = co_await services_.fetcher.fetch(state.site, url, std::move(none), std::move(pair.second),
                                                   state.settings->image, crawler::Purpose::image);
    if (!answer && answer.error().code == Errc::cancelled) {
        introductions_.broken_off(url, refusal.fetched().status);
        co_return answer.error();
    }
    std::optional<Came> came;
    if (answer) came = co_await receive(*std::move(answer));
    if (came) count_arrival(*came);
    const bool has_helped = came && is_success(came->fetched()) && !came->answer->led_to &&
                            !is_refusal(*came) && !is_stand_in(state, *came);
    introductions_.learn(url, refusal.fetched().status, pair, has_helped);
    services_.counters.add("referer_retries_total", "result", has_helped ? "helped" : "in_vain");
    if (!has_helped) co_return std::move(refusal);
    // What stood in for others may stand there no more.
    if (is_stand_in(state, refusal)) co_await look_behind(state, refusal.content);
    co_return std::move(*came);
}

bool Pipeline::is_stand_in(const VisitState& state, const Came& came) const
{
    return came.content != Sha256{} && stand_ins_.is_one(state.visit.url, LinkKind::image, came.content);
}

// Addresses that were answered with something in their place are visited again.
Task<> Pipeline::look_behind(const VisitState& state, Sha256 content)
{
    // Long due: a single pass visits what was due when it began.
    auto origin = state.visit.url.origin();
    Timestamp long_due{};
    const auto looked = co_await services_.stores.run(&crawler::UrlFrontier::look_again_at, content,
                                                      std::move(origin), long_due);
    if (!looked)
        log::error("pipeline", "what a stand-in hid is not visited again",
                   {{"reason", looked.error().detail}});
}

// Whether the same bytes come for everything. They were compared, and tell nothing of what the addresses are
// for: counted, and told as a problem of the host.
void Pipeline::note_stand_in(const VisitState& state, const Came& came, Seen& seen)
{
    const auto& url = state.visit.url;
    if (came.content == Sha256{} || !is_success(came.fetched()) || came.answer->led_to) return;
    const auto change = stand_ins_.note(url, seen.kind, came.content);
    const auto origin = url.origin();
    const bool is_page = seen.kind == LinkKind::page;
    const std::string subject = origin + (is_page ? " pages" : "");
    if (change == StandIns::Change::begins)
        services_.problems.set("stand_ins", subject,
                               is_page
                                   ? "nearly all its addresses are answered with the same page: what they "
                                     "are for is not seen"
                                   : "nearly all its pictures are answered with the same one: what they are "
                                     "for is not seen",
                               Severity::warning);
    seen.has_stand_in_ended = change == StandIns::Change::ends;
    if (change == StandIns::Change::ends) services_.problems.clear("stand_ins", subject);
    seen.is_stand_in = stand_ins_.is_one(url, seen.kind, came.content);
    if (seen.is_stand_in) services_.counters.add("stand_ins_total", "kind", name_of(seen.kind));
}

Task<Came> Pipeline::receive(crawler::PoliteAnswer answer)
{
    Came came{std::make_shared<const crawler::PoliteAnswer>(std::move(answer)), {}};
    const auto& fetched = came.fetched();
    came.body = std::shared_ptr<const Bytes>(
        came.answer, &fetched.body); // a copy of 33 MB would hold the loop up for 30 ms
    if (!is_body_read(*came.answer)) co_return std::move(came);
    Payload payload;
    if (fetched.body.size() <= most_bytes_on_loop) {
        payload = payload_of(fetched);
    } else {
        auto digest = [&fetched] { return payload_of(fetched); };
        payload = co_await offload(services_.cpu, std::move(digest));
    }
    came.digest = payload.digest;
    came.content = payload.content;
    if (is_bound_to_address(fetched, payload.bytes_of(fetched)))
        came.content = bound_content(fetched, came.content);
    if (payload.unchunked) came.body = std::make_shared<const Bytes>(*std::move(payload.unchunked));
    co_return std::move(came);
}

void Pipeline::count_arrival(const Came& came)
{
    const auto& fetched = came.fetched();
    services_.counters.add("received_bytes_total", {}, {}, static_cast<std::int64_t>(fetched.body.size()));
    if (!came.answer->led_to && broke_off(fetched))
        services_.counters.add("fetch_errors_total", "code", name_of(Errc::timed_out));
}

} // namespace stillwatch::pipeline
