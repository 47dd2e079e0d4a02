#pragma once

#include "core/async.hpp"
#include "core/contact_reader.hpp"
#include "core/face_reader.hpp"
#include "core/inspector.hpp"
#include "features/preview.hpp"
#include "html/extract.hpp"
#include "pictures/limits.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace stillwatch::sandbox {

struct PoolSettings {
    std::filesystem::path worker_program;
    std::vector<std::string> worker_arguments{}; // beside those of every worker
    std::size_t workers = 2;
    std::chrono::milliseconds deadline{20'000};           // of one request; then the worker is killed
    std::chrono::milliseconds start_deadline{20'000};     // from the start of a worker to its greeting
    std::size_t max_decoded_bytes = 64U << 20U;           // of one document, after content decoding
    std::size_t max_memory_bytes = std::size_t{1} << 30U; // of one worker, as RLIMIT_AS and RLIMIT_DATA
    std::size_t max_requests_per_worker = 1'000; // then a fresh one takes its place, should a library leak
    pictures::PictureLimits picture;
    html::ExtractLimits page;
};

// What happened since the pool was made.
struct PoolCounters {
    std::uint64_t completed = 0;   // requests that a worker answered, also with an error
    std::uint64_t crashed = 0;     // workers that died by themselves or broke the format of their answers
    std::uint64_t late = 0;        // workers killed because their deadline passed
    std::uint64_t replaced = 0;    // workers started where an earlier one had ended, for whatever reason
    std::uint64_t retried = 0;     // documents given to a fresh worker because the one that had them was lost
    std::uint64_t asked_again = 0; // documents given to a second worker, to confirm what the first one said
    std::uint64_t disagreed = 0;   // of these: the second one said something else

    friend bool operator==(const PoolCounters&, const PoolCounters&) = default;
};

// An Inspector that hands each document to one of a fixed number of restricted processes. Workers start with
// the first request that needs them. Callers wait in order until one is idle, but for views: they prefer the
// worker that remembers the picture, and any other one decodes it again; and they prefer a worker of their
// site. Their mappings count in the working frames told with Detail::query. A document is held by its
// caller's shared pointer, so waiting costs no copy. A document whose worker is lost, for whatever reason,
// has one more try with a fresh worker. Whose word counts: see Trust; now and then a second worker is asked
// about a picture as well. Errors beside those of Inspector: invalid_argument (an address or header over its
// bound, a picture under min_side_px, views out of their bounds or of another picture than the document), io
// (the worker program cannot start or restrict itself: it is tried again after a pause that doubles from one
// second to a minute, until then requests fail at once). Belongs to the thread that runs `io`; workers die
// with that thread.
class WorkerPool final : public Inspector, public FaceReader, public ContactReader {
public:
    WorkerPool(asio::io_context& io, PoolSettings settings);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    // Kills every worker and waits for it. Requests under way end with `cancelled` if the loop still runs.
    ~WorkerPool() override;

    // Starts one worker now, to learn at start whether it can. Errors: io, with the reason; cancelled.
    Task<Result<void>> start();
    // Ends requests under way and waiting ones with `cancelled`, kills every worker and waits for it.
    Task<void> stop();

    Task<Result<PageLinks>> links(Document document, std::string base) override;
    Task<Result<PictureFeatures>> features(Document document, Detail detail) override;
    Task<Result<std::vector<SignGrid>>> views(Document document, Sha256 file_digest,
                                              std::vector<View> views) override;
    Task<Result<Playlist>> playlist(Document document, std::string base) override;
    Task<Result<FrameTimes>> frame_times(Document document) override;
    Task<Result<RdapAnswer>> rdap(Document document) override;
    Task<Result<SecurityTxt>> security_txt(Document document) override;
    // Of a pool whose program is stillwatch-faces; others refuse it.
    Task<Result<FacesSeen>> faces(Document document) override;
    // The picture's first frame, for a person; not of Inspector, since only the command line shows pictures.
    Task<Result<features::Preview>> preview(Document document);

    PoolCounters counters() const noexcept;
    // Why the last worker could not start; empty when it could.
    std::string start_failure() const;
    // Called when two workers told different things of one picture.
    void on_disagreement(std::function<void()> tell);

private:
    class State; // shared with requests under way, which may outlive the pool
    std::shared_ptr<State> state_;
};

} // namespace stillwatch::sandbox
