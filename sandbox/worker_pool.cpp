#include "sandbox/worker_pool.hpp"

#include "core/log.hpp"
#include "sandbox/sealed_memory.hpp"
#include "sandbox/worker_pool_state.hpp"

#include <string.h> // explicit_bzero

#include <algorithm>
#include <optional>

namespace stillwatch::sandbox {

namespace {

using std::chrono::steady_clock;

static_assert(max_views == Inspector::max_views);

constexpr std::chrono::seconds first_pause{1};
constexpr std::chrono::seconds longest_pause{60};

Error pool_stops()
{
    return Error{Errc::cancelled, "the worker pool is stopping"};
}

} // namespace

Error WorkerPool::State::cannot_start(const Error& error)
{
    const auto now = steady_clock::now();
    if (now >= start_again_at_) { // otherwise others who waited for the same start were told, too
        pause_ = std::clamp(2 * pause_, first_pause, longest_pause);
        start_again_at_ = now + pause_;
    }
    start_failure_ = "worker program " + settings_.worker_program.string() + ": " + error.detail;
    return Error{Errc::io, start_failure_};
}

// The slot's worker, or a fresh one whose greeting was heard.
Task<Result<WorkerPool::State::Worker>> WorkerPool::State::ready_worker(std::shared_ptr<State> self,
                                                                        Slot& slot)
{
    if (auto worker = std::move(slot.idle)) {
        if (worker->is_waiting()) co_return worker;
        ++self->counters_.crashed;
        co_await worker->end();
    }
    if (self->slots_->are_stopping()) co_return pool_stops();
    if (steady_clock::now() < self->start_again_at_) co_return Error{Errc::io, self->start_failure_};
    auto worker = co_await ForkServer::worker(self->fork_server_);
    if (self->slots_->are_stopping()) co_return pool_stops();
    if (!worker) co_return self->cannot_start(worker.error());
    self->pause_ = std::chrono::seconds(0);
    if (slot.used_before) ++self->counters_.replaced;
    slot.begin();
    slot.current = *worker;
    co_return worker;
}

// Why a request got no answer, after the worker that had it is gone.
Task<Error> WorkerPool::State::loss_of(std::shared_ptr<State> self, Worker worker, Error reason)
{
    const auto ending = co_await worker->end();
    if (self->slots_->are_stopping()) co_return pool_stops();
    if (worker->was_late()) {
        ++self->counters_.late;
        const auto limit = std::to_string(self->settings_.deadline.count());
        co_return Error{Inspector::lost, "worker: deadline of " + limit + " ms passed"};
    }
    ++self->counters_.crashed;
    co_await ForkServer::renew(self->fork_server_);
    if (reason.code == Errc::malformed) co_return Error{Inspector::lost, "worker: " + reason.detail};
    co_return Error{Inspector::lost, "worker: " + to_string(ending)};
}

Task<void> WorkerPool::State::keep_or_end(std::shared_ptr<State> self, Slot& slot, Worker worker,
                                          steady_clock::duration time)
{
    slot.busy += time;
    ++slot.served;
    const bool worn = slot.served >= self->settings_.max_requests_per_worker ||
                      slot.busy + self->settings_.deadline > self->cpu_budget_;
    if (worn || self->slots_->are_stopping())
        co_await worker->end();
    else
        slot.idle = std::move(worker);
}

Task<Result<Answer>> WorkerPool::State::exchange(std::shared_ptr<State> self, Slot& slot, Worker worker,
                                                 const Request& request)
{
    const auto began = steady_clock::now();
    worker->kill_after(self->settings_.deadline);
    auto received = co_await worker->receive();
    worker->finish_in_time();
    auto answer = received ? decode_answer(received->payload, request) : Result<Answer>(received.error());
    // Of faces that are nobody's nothing may live on in memory that was given back.
    if (received && std::holds_alternative<FacesWork>(request.work))
        explicit_bzero(received->payload.data(), received->payload.size());
    if (answer && received->number != request.number) {
        if (auto* seen = std::get_if<FacesSeen>(&*answer)) wipe(*seen);
        answer = Error{Errc::malformed, "answer: number"};
    }
    if (!answer) {
        auto loss = co_await loss_of(self, std::move(worker), answer.error());
        co_return loss;
    }
    ++self->counters_.completed;
    if (const auto picture = kept_picture(request, *answer)) slot.remember(*picture);
    const auto time = steady_clock::now() - began;
    co_await keep_or_end(self, slot, std::move(worker), time);
    co_return answer;
}

// Large ones are copied on another thread: 33 MB would hold the loop up for 20 ms.
Task<Result<HandedDocument>> WorkerPool::State::handed(std::shared_ptr<State> self,
                                                       std::shared_ptr<const Bytes> body)
{
    constexpr std::size_t most_bytes_on_loop = 256U << 10U;
    if (body->size() <= max_bytes_in_datagram) co_return HandedDocument{std::move(body), {}};
    auto copy = [body] { return std::optional(sealed_copy(*body)); };
    auto memory = body->size() <= most_bytes_on_loop ? copy() : std::optional<Result<Descriptor>>();
    if (!memory) memory = co_await offload(self->copies_, std::move(copy));
    if (!*memory) co_return memory->error();
    co_return HandedDocument{std::move(body), std::move(**memory)};
}

// Gives the request to the slot's worker, or to a fresh one where there is none.
Task<Result<Answer>> WorkerPool::State::ask(std::shared_ptr<State> self, Slot& slot, const Request& request,
                                            const HandedDocument& document, const std::string& site)
{
    const auto message = encode_request(request);
    if (!message) co_return message.error();
    // Twice, since an idle worker may die between the look and the hand-over.
    for (int attempt = 0; attempt < 2; ++attempt) {
        auto worker = co_await ready_worker(self, slot);
        if (!worker) co_return worker.error();
        const auto sent = (*worker)->send(*message, document);
        if (sent) {
            slot.is_shared = slot.served_others(site);
            if (slot.served == 0) slot.site = site;
            auto answer = co_await exchange(self, slot, std::move(*worker), request);
            co_return answer;
        }
        ++self->counters_.crashed;
        co_await (*worker)->end();
    }
    co_return Error{Errc::io, "workers end before they take a request"};
}

Task<Result<Answer>> WorkerPool::State::ask_fresh(std::shared_ptr<State> self, Slot& slot,
                                                  const Request& request, const HandedDocument& document,
                                                  const std::string& site)
{
    if (const auto worker = std::move(slot.idle)) co_await worker->end();
    auto answer = co_await ask(self, slot, request, document, site);
    co_return answer;
}

// Asks once more, in a fresh worker, where one was lost: that may have been the document's own doing, that of
// what the worker had before, or that of somebody who needs the machine's memory.
Task<Result<Answer>> WorkerPool::State::ask_twice(std::shared_ptr<State> self, Slot& slot,
                                                  const Request& request, const HandedDocument& document,
                                                  const std::string& site, bool wants_fresh)
{
    auto asked = wants_fresh ? ask_fresh(self, slot, request, document, site)
                             : ask(self, slot, request, document, site);
    auto answer = co_await std::move(asked);
    if (!is_lost(answer)) co_return answer;
    if (!self->losses_.may_try_again(site, steady_clock::now())) co_return loss_in(answer);
    ++self->counters_.retried;
    answer = co_await ask_fresh(self, slot, request, document, site);
    if (is_lost(answer)) co_return loss_in(answer);
    co_return answer;
}

Task<Result<Answer>> WorkerPool::State::inspect(std::shared_ptr<State> self, Document document,
                                                Request request)
{
    if (!document.body) co_return Error{Errc::invalid_argument, "document without a body"};
    request.content_encoding = std::move(document.content_encoding);
    request.number = ++self->last_number_;
    request.body_bytes = document.body->size();
    request.max_decoded_bytes = self->settings_.max_decoded_bytes;
    const auto checked = encode_request(request);
    if (!checked) co_return checked.error();
    const auto* views = std::get_if<ViewsWork>(&request.work);
    const auto picture = views != nullptr ? std::optional(views->file_digest) : std::nullopt;
    auto turn = co_await Slots::take_turn(self->slots_, picture, document.site);
    if (turn->slot == nullptr) co_return pool_stops();
    auto& slot = *turn->slot;
    const auto body = co_await handed(self, document.body);
    if (!body) co_return body.error();
    const bool is_too_used = document.trust == Trust::fresh
                                 ? slot.served > 0
                                 : document.trust == Trust::unshared && slot.served_others(document.site);
    const bool wants_fresh = slot.idle != nullptr && is_too_used;
    auto answer = co_await ask_twice(self, slot, request, *body, document.site, wants_fresh);
    if (document.tellers) ++(slot.is_shared ? document.tellers->shared : document.tellers->unshared);
    const bool is_in_doubt = slot.is_shared && document.trust == Trust::confirmed_refusals; // of who told it
    if (is_in_doubt && is_refusal(answer)) {
        ++self->counters_.asked_again;
        answer = co_await ask_twice(self, slot, request, *body, document.site, true);
        if (answer && !is_refusal(answer)) ++self->counters_.disagreed;
    } else if (is_in_doubt && self->is_sample(answer)) {
        turn.reset(); // nobody holds one worker while waiting for another
        auto second = co_await compare_notes(self, slot, request, *body, document.site, std::move(answer));
        co_return second;
    }
    co_return answer;
}

// Has the picture told by another worker, too. Where the two differ one of them lies, and both go.
Task<Result<Answer>> WorkerPool::State::compare_notes(std::shared_ptr<State> self, Slot& first,
                                                      const Request& request, const HandedDocument& document,
                                                      const std::string& site, Result<Answer> told)
{
    const bool is_alone = self->slots_->all().size() == 1;
    auto turn = co_await Slots::take_turn(self->slots_, std::nullopt, site, is_alone ? nullptr : &first);
    if (turn->slot == nullptr) co_return pool_stops();
    auto& slot = *turn->slot;
    ++self->counters_.asked_again;
    auto asked =
        is_alone ? ask_fresh(self, slot, request, document, site) : ask(self, slot, request, document, site);
    const auto again = co_await std::move(asked);
    const auto* features = again ? std::get_if<PictureFeatures>(&*again) : nullptr;
    const bool is_lost_or_same =
        !again || (features != nullptr && *features == std::get<PictureFeatures>(*told));
    if (is_lost_or_same) co_return told;
    ++self->counters_.disagreed;
    log::error("sandbox", "two workers differ about a picture: one of them was taken over, or is broken",
               {{"site", site}});
    if (const auto worker = first.current.lock()) worker->kill(); // what it has now goes to another
    auto answer = co_await ask_twice(self, slot, request, document, site, true);
    if (self->on_disagreement) self->on_disagreement();
    co_return answer;
}

Task<Result<void>> WorkerPool::State::start_one(std::shared_ptr<State> self)
{
    const auto turn = co_await Slots::take_turn(self->slots_, std::nullopt);
    if (turn->slot == nullptr) co_return pool_stops();
    auto worker = co_await ready_worker(self, *turn->slot);
    if (!worker) co_return worker.error();
    turn->slot->idle = std::move(*worker);
    Result<void> started;
    co_return started;
}

Task<void> WorkerPool::State::stop(std::shared_ptr<State> self)
{
    self->slots_->send_everyone_home();
    self->fork_server_->end();
    for (const auto& slot : self->slots_->all())
        if (const auto worker = slot.current.lock()) worker->kill();
    for (auto& slot : self->slots_->all())
        if (const auto worker = std::move(slot.idle)) co_await worker->end();
    co_await Slots::all_back(self->slots_);
}

void WorkerPool::State::close() noexcept
{
    copies_.join();
    slots_->send_everyone_home();
    fork_server_->end();
    for (auto& slot : slots_->all()) {
        if (const auto worker = slot.current.lock()) worker->end_now();
        slot.idle.reset();
    }
}

WorkerPool::WorkerPool(asio::io_context& io, PoolSettings settings)
    : state_(std::make_shared<State>(io, std::move(settings)))
{
}

WorkerPool::~WorkerPool()
{
    state_->close();
}

Task<Result<void>> WorkerPool::start()
{
    return State::start_one(state_);
}

Task<void> WorkerPool::stop()
{
    return State::stop(state_);
}

Task<Result<PageLinks>> WorkerPool::links(Document document, std::string base)
{
    document.content_type.resize(std::min(document.content_type.size(), max_content_type_bytes));
    document.link.resize(std::min(document.link.size(), max_link_header_bytes));
    LinksWork work{std::move(document.content_type), std::move(document.link), std::move(base),
                   state_->settings().page, document.first_picture};
    return State::ask<PageLinks>(state_, std::move(document), std::move(work));
}

Task<Result<PictureFeatures>> WorkerPool::features(Document document, Detail detail)
{
    FeaturesWork work{state_->settings().picture, detail, document.wants_list_digests};
    return State::ask<PictureFeatures>(state_, std::move(document), std::move(work));
}

Task<Result<std::vector<SignGrid>>> WorkerPool::views(Document document, Sha256 file_digest,
                                                      std::vector<View> views)
{
    ViewsWork work{state_->settings().picture, file_digest, std::move(views)};
    return State::ask<std::vector<SignGrid>>(state_, std::move(document), std::move(work));
}

Task<Result<Playlist>> WorkerPool::playlist(Document document, std::string base)
{
    return State::ask<Playlist>(state_, std::move(document), PlaylistWork{std::move(base)});
}

Task<Result<FacesSeen>> WorkerPool::faces(Document document)
{
    return State::ask<FacesSeen>(state_, std::move(document), FacesWork{state_->settings().picture});
}

Task<Result<FrameTimes>> WorkerPool::frame_times(Document document)
{
    return State::ask<FrameTimes>(state_, std::move(document), TimesWork{state_->settings().picture});
}

Task<Result<RdapAnswer>> WorkerPool::rdap(Document document)
{
    return State::ask<RdapAnswer>(state_, std::move(document), RdapWork{});
}

Task<Result<SecurityTxt>> WorkerPool::security_txt(Document document)
{
    return State::ask<SecurityTxt>(state_, std::move(document), SecurityTxtWork{});
}

Task<Result<features::Preview>> WorkerPool::preview(Document document)
{
    return State::ask<features::Preview>(state_, std::move(document),
                                         PreviewWork{state_->settings().picture});
}

std::string WorkerPool::start_failure() const
{
    return state_->start_failure();
}

void WorkerPool::on_disagreement(std::function<void()> tell)
{
    state_->on_disagreement = std::move(tell);
}

PoolCounters WorkerPool::counters() const noexcept
{
    return state_->counters();
}

} // namespace stillwatch::sandbox
