#pragma once

#include "sandbox/fork_server.hpp"
#include "sandbox/loss_book.hpp"
#include "sandbox/messages.hpp"
#include "sandbox/slots.hpp"
#include "sandbox/told.hpp"
#include "sandbox/worker_pool.hpp"
#include "sandbox/worker_process.hpp"

#include <algorithm>
#include <chrono>

// Inside this folder only: what the pool is made of.
namespace stillwatch::sandbox {

// Every so many pictures that matched nothing yet (docs/decisions/0011-whose-word-counts.md).
inline constexpr std::uint64_t sampled_picture = 64;

class WorkerPool::State {
public:
    State(asio::io_context& io, PoolSettings settings)
        : io_(io), settings_(std::move(settings)), slots_(std::make_shared<Slots>(io, settings_.workers))
    {
        // Longer than any number of requests in time may take: the worker is replaced before it reaches the
        // limit, which is there for the day when the daemon no longer watches.
        const auto budget = std::chrono::ceil<std::chrono::seconds>(10 * settings_.deadline);
        cpu_budget_ = std::max(budget, std::chrono::seconds(60));
        const Restrictions restrictions{settings_.max_memory_bytes,
                                        static_cast<std::size_t>(cpu_budget_.count())};
        fork_server_ = std::make_shared<ForkServer>(io, WorkerProgram{settings_.worker_program, restrictions,
                                                                      settings_.worker_arguments,
                                                                      settings_.start_deadline});
    }

    // Takes body, encoding, site, trust and tellers of the document.
    static Task<Result<Answer>> inspect(std::shared_ptr<State> self, Document document, Request request);
    // The same, and gives the kind of answer that this work has.
    template <class T, class Work>
    static Task<Result<T>> ask(std::shared_ptr<State> self, Document document, Work work)
    {
        Request request;
        request.work = std::move(work);
        auto answer = co_await inspect(self, std::move(document), std::move(request));
        co_return value_of<T>(std::move(answer));
    }
    static Task<Result<void>> start_one(std::shared_ptr<State> self);
    static Task<void> stop(std::shared_ptr<State> self);
    void close() noexcept;

    const PoolSettings& settings() const { return settings_; }
    const PoolCounters& counters() const { return counters_; }
    // Nothing since a worker greeted.
    std::string start_failure() const
    {
        return pause_ > std::chrono::seconds(0) ? start_failure_ : std::string();
    }

    std::function<void()> on_disagreement;

private:
    using Worker = std::shared_ptr<WorkerProcess>;

    static Task<Result<Worker>> ready_worker(std::shared_ptr<State> self, Slot& slot);
    static Task<Result<HandedDocument>> handed(std::shared_ptr<State> self,
                                               std::shared_ptr<const Bytes> body);
    static Task<Result<Answer>> ask(std::shared_ptr<State> self, Slot& slot, const Request& request,
                                    const HandedDocument& document, const std::string& site);
    static Task<Result<Answer>> ask_fresh(std::shared_ptr<State> self, Slot& slot, const Request& request,
                                          const HandedDocument& document, const std::string& site);
    static Task<Result<Answer>> ask_twice(std::shared_ptr<State> self, Slot& slot, const Request& request,
                                          const HandedDocument& document, const std::string& site,
                                          bool wants_fresh);
    static Task<Result<Answer>> compare_notes(std::shared_ptr<State> self, Slot& first,
                                              const Request& request, const HandedDocument& document,
                                              const std::string& site, Result<Answer> told);
    static Task<Result<Answer>> exchange(std::shared_ptr<State> self, Slot& slot, Worker worker,
                                         const Request& request);
    // Whether this picture is one of those that a second worker has to see.
    bool is_sample(const Result<Answer>& answer)
    {
        return answer && std::holds_alternative<PictureFeatures>(*answer) &&
               ++pictures_of_shared_ % sampled_picture == 0;
    }
    static Task<Error> loss_of(std::shared_ptr<State> self, Worker worker, Error reason);
    static Task<void> keep_or_end(std::shared_ptr<State> self, Slot& slot, Worker worker,
                                  std::chrono::steady_clock::duration time);

    Error cannot_start(const Error& error);

    asio::io_context& io_;
    PoolSettings settings_;
    std::shared_ptr<Slots> slots_;
    std::shared_ptr<ForkServer> fork_server_;
    std::chrono::seconds cpu_budget_{0};
    asio::thread_pool copies_{1}; // puts large documents where a worker can see them
    std::uint64_t last_number_ = 0;
    PoolCounters counters_;
    LossBook losses_;
    std::uint64_t pictures_of_shared_ = 0; // told by workers that served other sites, too
    std::chrono::seconds pause_{0};
    std::chrono::steady_clock::time_point start_again_at_;
    std::string start_failure_;
};

} // namespace stillwatch::sandbox
