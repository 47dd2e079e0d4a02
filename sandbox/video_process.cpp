#include "sandbox/video_process.hpp"

#include "sandbox/fork_server.hpp"
#include "sandbox/sparse_memory.hpp"
#include "sandbox/system_error.hpp"
#include "sandbox/video_messages.hpp"
#include "sandbox/worker_process.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace stillwatch::sandbox {

namespace {

using namespace std::chrono_literals;

Error looking_ended()
{
    return Error{Errc::cancelled, "the video is no longer looked at"};
}

// A process's own words become an error that VideoReader promises.
Error as_told_of_video(Error error)
{
    switch (error.code) {
    case Errc::undecodable:
    case Errc::too_large:
    case Errc::invalid_argument: return error;
    default: return Error{Errc::undecodable, std::move(error.detail)};
    }
}

// Longer than the passes may take together: the process minds its own time, and this is for the day when it
// does not.
Restrictions restrictions(const VideoSettings& settings)
{
    const auto passes = settings.limits.glance_processor_time + settings.limits.look_processor_time;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(passes) + 30s;
    return Restrictions{settings.max_memory_bytes, static_cast<std::size_t>(seconds.count())};
}

// The process and what it is told; shared with a call under way, which may outlive the reader.
class Session {
public:
    Session(std::shared_ptr<ForkServer> processes, VideoSettings settings, SparseMemory memory)
        : processes_(std::move(processes)), settings_(std::move(settings)), memory_(std::move(memory))
    {
    }

    Result<void> put(std::uint64_t from, ByteView bytes);
    static Task<Result<VideoReading>> ask(std::shared_ptr<Session> self, VideoRequest request);
    void close() noexcept
    {
        ended_ = looking_ended();
        if (worker_) worker_->kill();
        if (!is_busy_) worker_.reset();
    }

private:
    using Worker = std::shared_ptr<WorkerProcess>;

    // While a question is under way.
    struct Busy {
        explicit Busy(bool& flag) : flag_(flag) { flag_ = true; }
        ~Busy() { flag_ = false; }
        Busy(const Busy&) = delete;
        Busy& operator=(const Busy&) = delete;
        bool& flag_;
    };

    static Task<Result<void>> start(std::shared_ptr<Session> self);
    static Task<Result<VideoAnswer>> exchange(std::shared_ptr<Session> self, VideoRequest request);
    static Task<Error> loss_of(std::shared_ptr<Session> self, Error reason);

    std::shared_ptr<ForkServer> processes_;
    VideoSettings settings_;
    SparseMemory memory_;
    Worker worker_;
    std::optional<Error> ended_;
    std::uint64_t last_number_ = 0;
    bool is_busy_ = false;
};

Result<void> Session::put(std::uint64_t from, ByteView bytes)
{
    if (ended_) return *ended_;
    const auto& there = memory_.there();
    if (there.total_bytes() + bytes.size() > settings_.max_bytes_there)
        return Error{Errc::too_large, "video: more than " + std::to_string(settings_.max_bytes_there >> 20U) +
                                          " MB of it were fetched"};
    if (there.ranges().size() >= max_ranges_there && there.bytes_from(from) == 0)
        return Error{Errc::invalid_argument, "video: too many separate ranges"};
    return memory_.put(from, bytes);
}

Task<Result<void>> Session::start(std::shared_ptr<Session> self)
{
    auto worker = co_await ForkServer::worker(self->processes_);
    if (worker && !self->ended_) {
        self->worker_ = std::move(*worker);
        co_return Result<void>();
    }
    if (!self->ended_)
        self->ended_ = Error{Errc::io, "video program " + self->settings_.program.string() + ": " +
                                           worker.error().detail};
    co_return *self->ended_;
}

// Why a question got no answer, after the process is gone.
Task<Error> Session::loss_of(std::shared_ptr<Session> self, Error reason)
{
    const auto ending = co_await self->worker_->end();
    const bool crashed = !self->ended_ && !self->worker_->was_late();
    if (crashed) co_await ForkServer::renew(self->processes_);
    if (!self->ended_) {
        std::string why = to_string(ending);
        if (self->worker_->was_late())
            why = "deadline of " + std::to_string(self->settings_.deadline.count()) + " ms passed";
        else if (reason.code == Errc::malformed)
            why = reason.detail;
        self->ended_ = Error{VideoReader::lost, "video process: " + why};
    }
    self->worker_.reset();
    co_return *self->ended_;
}

Task<Result<VideoAnswer>> Session::exchange(std::shared_ptr<Session> self, VideoRequest request)
{
    const auto message = encode_video_request(request);
    if (!message) co_return message.error();
    HandedDocument document{std::make_shared<const Bytes>(), {}};
    if (!self->worker_) {
        const auto started = co_await start(self);
        if (!started) co_return started.error();
        document.memory = Descriptor(::dup(self->memory_.for_reading().get()));
        if (!document.memory) {
            auto reason = system_error("dup of a memfd");
            auto loss = co_await loss_of(self, std::move(reason));
            co_return loss;
        }
    }
    const auto sent = self->worker_->send(*message, document);
    if (!sent) {
        auto reason = sent.error();
        auto loss = co_await loss_of(self, std::move(reason));
        co_return loss;
    }
    self->worker_->kill_after(self->settings_.deadline);
    const auto received = co_await self->worker_->receive();
    self->worker_->finish_in_time();
    auto answer =
        received ? decode_video_answer(received->payload, request) : Result<VideoAnswer>(received.error());
    if (answer && received->number != request.number) answer = Error{Errc::malformed, "answer: number"};
    if (!answer || self->ended_) {
        auto reason = answer ? Error{Errc::io, "no longer asked"} : answer.error();
        auto loss = co_await loss_of(self, std::move(reason));
        co_return loss;
    }
    co_return answer;
}

Task<Result<VideoReading>> Session::ask(std::shared_ptr<Session> self, VideoRequest request)
{
    if (self->ended_) co_return *self->ended_;
    if (self->is_busy_) co_return Error{Errc::invalid_argument, "video: asked while it answers"};
    const Busy busy(self->is_busy_);
    request.number = ++self->last_number_;
    request.file_bytes = self->memory_.file_bytes();
    request.limits = self->settings_.limits;
    request.there = self->memory_.there().ranges();
    auto answer = co_await exchange(self, std::move(request));
    if (!answer) co_return answer.error();
    if (auto* refusal = std::get_if<Refusal>(&*answer)) co_return as_told_of_video(std::move(refusal->error));
    co_return std::get<VideoReading>(std::move(*answer));
}

class VideoProcess final : public VideoReader {
public:
    explicit VideoProcess(std::shared_ptr<Session> session) : session_(std::move(session)) {}
    VideoProcess(const VideoProcess&) = delete;
    VideoProcess& operator=(const VideoProcess&) = delete;
    ~VideoProcess() override { session_->close(); }

    Result<void> put(std::uint64_t from, ByteView bytes) override { return session_->put(from, bytes); }

    Task<Result<VideoReading>> frames(VideoPass pass, std::int64_t after_ms, MoreBytes more) override
    {
        VideoRequest request;
        request.more = more;
        request.work = VideoFramesWork{pass, after_ms};
        return Session::ask(session_, std::move(request));
    }

    Task<Result<VideoReading>> frames_near(std::vector<std::int64_t> times_ms, MoreBytes more) override
    {
        VideoRequest request;
        request.more = more;
        request.work = VideoNearWork{std::move(times_ms)};
        return Session::ask(session_, std::move(request));
    }

private:
    std::shared_ptr<Session> session_;
};

} // namespace

VideoProcesses::VideoProcesses(asio::io_context& io, VideoSettings settings)
    : settings_(std::move(settings)),
      processes_(std::make_shared<ForkServer>(
          io, WorkerProgram{settings_.program, restrictions(settings_), {}, settings_.start_deadline}))
{
}

VideoProcesses::~VideoProcesses()
{
    processes_->end();
}

Result<std::unique_ptr<VideoReader>> VideoProcesses::open(std::uint64_t file_bytes)
{
    auto memory = SparseMemory::make(file_bytes);
    if (!memory) return memory.error();
    auto session = std::make_shared<Session>(processes_, settings_, std::move(*memory));
    return std::unique_ptr<VideoReader>(std::make_unique<VideoProcess>(std::move(session)));
}

} // namespace stillwatch::sandbox
