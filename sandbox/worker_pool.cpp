#include "sandbox/worker_pool.hpp"

#include "sandbox/messages.hpp"
#include "sandbox/sealed_memory.hpp"
#include "sandbox/slots.hpp"
#include "sandbox/worker_process.hpp"

#include <algorithm>
#include <optional>

namespace stillwatch::sandbox {

namespace {

using std::chrono::steady_clock;

static_assert(max_views == Inspector::max_views);

constexpr std::chrono::seconds first_pause{1};
constexpr std::chrono::seconds longest_pause{60};

Error cancelled()
{
    return Error{Errc::cancelled, "the worker pool is stopping"};
}

// A worker's own words become an error that Inspector promises: it may not, say, pretend that we are
// stopping.
Error as_told(Error error)
{
    switch (error.code) {
    case Errc::undecodable:
    case Errc::too_large:
    case Errc::malformed:
    case Errc::invalid_argument: return error;
    default: return Error{Errc::undecodable, std::move(error.detail)};
    }
}

// The picture that a worker keeps after this answer, as worker_main.cpp does.
std::optional<Sha256> kept_picture(const Request& request, const Answer& answer)
{
    const auto* work = std::get_if<FeaturesWork>(&request.work);
    const auto* features = std::get_if<PictureFeatures>(&answer);
    if (work != nullptr && work->detail == Detail::query && features != nullptr)
        return features->file_digest;
    const auto* views = std::get_if<ViewsWork>(&request.work);
    if (views != nullptr && std::holds_alternative<std::vector<Census>>(answer)) return views->file_digest;
    return std::nullopt;
}

template <class Value>
Result<Value> value_of(Result<Answer> answer)
{
    if (!answer) return answer.error();
    if (auto* refusal = std::get_if<Refusal>(&*answer)) return as_told(std::move(refusal->error));
    return std::get<Value>(std::move(*answer));
}

} // namespace

class WorkerPool::State {
public:
    State(asio::io_context& io, PoolSettings settings)
        : io_(io), settings_(std::move(settings)), slots_(std::make_shared<Slots>(io, settings_.workers))
    {
        // Longer than any number of requests in time may take: the worker is replaced before it reaches the
        // limit, which is there for the day when the daemon no longer watches.
        const auto budget = std::chrono::ceil<std::chrono::seconds>(10 * settings_.deadline);
        cpu_budget_ = std::max(budget, std::chrono::seconds(60));
    }

    static Task<Result<Answer>> inspect(std::shared_ptr<State> self, std::shared_ptr<const Bytes> body,
                                        Request request);
    static Task<Result<void>> start_one(std::shared_ptr<State> self);
    static Task<void> stop(std::shared_ptr<State> self);
    void close() noexcept;

    const PoolSettings& settings() const { return settings_; }
    const PoolCounters& counters() const { return counters_; }
    // Nothing since a worker greeted.
    std::string start_failure() const { return pause_ > std::chrono::seconds(0) ? start_failure_ : std::string(); }

private:
    using Worker = std::shared_ptr<WorkerProcess>;

    static Task<Result<Worker>> ready_worker(std::shared_ptr<State> self, Slot& slot);
    static Task<Result<Descriptor>> sealed(std::shared_ptr<State> self, std::shared_ptr<const Bytes> body);
    static Task<Result<Answer>> exchange(std::shared_ptr<State> self, Slot& slot, Worker worker,
                                         Request request);
    static Task<Error> loss_of(std::shared_ptr<State> self, Worker worker, Error reason);
    static Task<void> keep_or_end(std::shared_ptr<State> self, Slot& slot, Worker worker,
                                  steady_clock::duration time);

    Result<Worker> spawn(Slot& slot);
    Error cannot_start(const Error& error);

    asio::io_context& io_;
    PoolSettings settings_;
    std::shared_ptr<Slots> slots_;
    std::chrono::seconds cpu_budget_{0};
    asio::thread_pool copies_{1}; // puts large documents where a worker can see them
    std::uint64_t last_number_ = 0;
    PoolCounters counters_;
    std::chrono::seconds pause_{0};
    steady_clock::time_point start_again_at_;
    std::string start_failure_;
};

Error WorkerPool::State::cannot_start(const Error& error)
{
    pause_ = std::clamp(2 * pause_, first_pause, longest_pause);
    start_again_at_ = steady_clock::now() + pause_;
    start_failure_ = "worker program " + settings_.worker_program.string() + ": " + error.detail;
    return Error{Errc::io, start_failure_};
}

Result<WorkerPool::State::Worker> WorkerPool::State::spawn(Slot& slot)
{
    if (steady_clock::now() < start_again_at_) return Error{Errc::io, start_failure_};
    const Restrictions restrictions{settings_.max_memory_bytes,
                                    static_cast<std::size_t>(cpu_budget_.count())};
    auto worker = WorkerProcess::start(io_, settings_.worker_program, restrictions);
    if (!worker) return cannot_start(worker.error());
    slot.current = *worker;
    return worker;
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
    if (self->slots_->are_stopping()) co_return cancelled();
    auto spawned = self->spawn(slot);
    if (!spawned) co_return spawned.error();
    const auto worker = std::move(*spawned);
    worker->kill_after(self->settings_.start_deadline);
    const auto greeting = co_await worker->receive();
    worker->finish_in_time();
    const auto ready = greeting ? decode_greeting(greeting->payload) : Result<void>(greeting.error());
    if (!ready || greeting->number != 0) {
        const auto ending = co_await worker->end();
        if (self->slots_->are_stopping()) co_return cancelled();
        const auto why = worker->was_late() ? std::string("no greeting in time")
                         : greeting ? to_string(ready ? Error{Errc::malformed, "greeting"} : ready.error())
                                    : to_string(ending);
        Error reason{Errc::io, why};
        co_return self->cannot_start(reason);
    }
    self->pause_ = std::chrono::seconds(0);
    if (slot.used_before) ++self->counters_.replaced;
    slot.used_before = true;
    slot.served = 0;
    slot.busy = {};
    slot.pictures.clear();
    co_return worker;
}

// Why a request got no answer, after the worker that had it is gone.
Task<Error> WorkerPool::State::loss_of(std::shared_ptr<State> self, Worker worker, Error reason)
{
    const auto ending = co_await worker->end();
    if (self->slots_->are_stopping()) co_return cancelled();
    if (worker->was_late()) {
        ++self->counters_.late;
        const auto limit = std::to_string(self->settings_.deadline.count());
        co_return Error{Errc::undecodable, "worker: deadline of " + limit + " ms passed"};
    }
    ++self->counters_.crashed;
    if (reason.code == Errc::malformed) co_return Error{Errc::undecodable, "worker: " + reason.detail};
    co_return Error{Errc::undecodable, "worker: " + to_string(ending)};
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
                                                 Request request)
{
    const auto began = steady_clock::now();
    worker->kill_after(self->settings_.deadline);
    const auto received = co_await worker->receive();
    worker->finish_in_time();
    auto answer = received ? decode_answer(received->payload, request) : Result<Answer>(received.error());
    if (answer && received->number != request.number) answer = Error{Errc::malformed, "answer: number"};
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
Task<Result<Descriptor>> WorkerPool::State::sealed(std::shared_ptr<State> self, std::shared_ptr<const Bytes> body)
{
    constexpr std::size_t most_bytes_on_loop = 256U << 10U;
    if (body->size() <= most_bytes_on_loop) co_return sealed_copy(*body);
    auto copy = [body] { return std::optional(sealed_copy(*body)); };
    auto memory = co_await offload(self->copies_, std::move(copy));
    co_return *std::move(memory);
}

Task<Result<Answer>> WorkerPool::State::inspect(std::shared_ptr<State> self,
                                                std::shared_ptr<const Bytes> body, Request request)
{
    if (!body) co_return Error{Errc::invalid_argument, "document without a body"};
    request.number = ++self->last_number_;
    request.body_bytes = body->size();
    request.max_decoded_bytes = self->settings_.max_decoded_bytes;
    const auto message = encode_request(request);
    if (!message) co_return message.error();
    const auto* views = std::get_if<ViewsWork>(&request.work);
    const auto picture = views != nullptr ? std::optional(views->file_digest) : std::nullopt;
    const auto turn = co_await Slots::take_turn(self->slots_, picture);
    if (turn->slot == nullptr) co_return cancelled();
    const auto memory = co_await sealed(self, body);
    if (!memory) co_return memory.error();
    // Twice, since an idle worker may die between the look and the hand-over; what a worker has seen is not
    // given to another.
    for (int attempt = 0; attempt < 2; ++attempt) {
        auto worker = co_await ready_worker(self, *turn->slot);
        if (!worker) co_return worker.error();
        const auto sent = (*worker)->send(*message, *memory);
        if (sent) {
            auto answer = co_await exchange(self, *turn->slot, std::move(*worker), std::move(request));
            co_return answer;
        }
        ++self->counters_.crashed;
        co_await (*worker)->end();
    }
    co_return Error{Errc::io, "workers end before they take a request"};
}

Task<Result<void>> WorkerPool::State::start_one(std::shared_ptr<State> self)
{
    const auto turn = co_await Slots::take_turn(self->slots_, std::nullopt);
    if (turn->slot == nullptr) co_return cancelled();
    auto worker = co_await ready_worker(self, *turn->slot);
    if (!worker) co_return worker.error();
    turn->slot->idle = std::move(*worker);
    Result<void> started;
    co_return started;
}

Task<void> WorkerPool::State::stop(std::shared_ptr<State> self)
{
    self->slots_->send_everyone_home();
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
    const auto state = state_;
    Request request;
    request.content_encoding = std::move(document.content_encoding);
    document.content_type.resize(std::min(document.content_type.size(), max_content_type_bytes));
    document.link.resize(std::min(document.link.size(), max_link_header_bytes));
    request.work = LinksWork{std::move(document.content_type), std::move(document.link), std::move(base),
                             state->settings().page};
    auto answer = co_await State::inspect(state, std::move(document.body), std::move(request));
    co_return value_of<PageLinks>(std::move(answer));
}

Task<Result<PictureFeatures>> WorkerPool::features(Document document, Detail detail)
{
    const auto state = state_;
    Request request;
    request.content_encoding = std::move(document.content_encoding);
    request.work = FeaturesWork{state->settings().picture, detail};
    auto answer = co_await State::inspect(state, std::move(document.body), std::move(request));
    co_return value_of<PictureFeatures>(std::move(answer));
}

Task<Result<std::vector<Census>>> WorkerPool::views(Document document, Sha256 file_digest,
                                                    std::vector<View> views)
{
    const auto state = state_;
    Request request;
    request.content_encoding = std::move(document.content_encoding);
    request.work = ViewsWork{state->settings().picture, file_digest, std::move(views)};
    auto answer = co_await State::inspect(state, std::move(document.body), std::move(request));
    co_return value_of<std::vector<Census>>(std::move(answer));
}

Task<Result<matcher::Preview>> WorkerPool::preview(Document document)
{
    const auto state = state_;
    Request request;
    request.content_encoding = std::move(document.content_encoding);
    request.work = PreviewWork{state->settings().picture};
    auto answer = co_await State::inspect(state, std::move(document.body), std::move(request));
    co_return value_of<matcher::Preview>(std::move(answer));
}

std::string WorkerPool::start_failure() const
{
    return state_->start_failure();
}

PoolCounters WorkerPool::counters() const noexcept
{
    return state_->counters();
}

} // namespace stillwatch::sandbox
