#pragma once

#include "cli/pictures.hpp"
#include "cli/videos.hpp"
#include "core/async.hpp"
#include "core/inspector.hpp"
#include "daemon/installation.hpp"
#include "sandbox/worker_pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <memory>

namespace stillwatch::cli {

// What works on files: the loop, restricted workers, and a thread that compares.
struct Hands {
    asio::io_context& loop;
    sandbox::WorkerPool& pool;
    asio::thread_pool& cpu;
};

// Work on many files, several at a time in restricted workers of this process; what comes of each is told in
// the order of the files. Videos have a work of their own, which reads the file by itself; without one they
// are read as pictures, and refused as such.
template <class T>
class InOrder {
public:
    using Work =
        std::function<Task<Result<T>>(sandbox::WorkerPool& pool, asio::thread_pool& cpu, Document document)>;
    // Of the file at an index.
    using VideoWork = std::function<Task<Result<T>>(Hands hands, std::size_t index)>;
    using Tell = std::function<void(const std::filesystem::path& file, const Result<T>& result)>;

    InOrder(const std::vector<std::filesystem::path>& files, Work work, Tell tell, VideoWork video_work = {})
        : files_(files), work_(std::move(work)), tell_(std::move(tell)), video_work_(std::move(video_work))
    {
    }

    // Errors: only when no worker can be started; what is wrong with a file is told of it.
    Result<void> run(const config::Config& config)
    {
        const auto settings = daemon::pool_settings(config);
        if (!settings) return settings.error();
        return run(config, *settings);
    }
    // The same with workers of another program.
    Result<void> run(const config::Config& config, sandbox::PoolSettings settings)
    {
        max_bytes_ = static_cast<std::size_t>(config.fetch.max_image_bytes);
        const auto host_queues = std::min(settings.workers, std::max<std::size_t>(files_.size(), 1));
        settings.workers = host_queues;
        asio::io_context loop(1);
        std::exception_ptr failure;
        {
            sandbox::WorkerPool pool(loop, settings);
            // Joined before the loop ends: a thread that handed its result over still lets go of the loop.
            asio::thread_pool cpu(1);
            std::size_t running = host_queues;
            for (std::size_t i = 0; i < host_queues; ++i) {
                asio::co_spawn(loop, go_through(Hands{loop, pool, cpu}), [&](std::exception_ptr thrown) {
                    if (thrown) failure = thrown;
                    if (--running == 0) loop.stop();
                });
            }
            loop.run();
        }
        if (failure) std::rethrow_exception(failure);
        return {};
    }

private:
    Task<> go_through(Hands hands)
    {
        while (next_ < files_.size()) {
            const auto index = next_++;
            if (video_work_ && is_video_file(files_[index])) {
                auto result = co_await video_work_(hands, index);
                finish(index, std::move(result));
                continue;
            }
            auto bytes = read_file(files_[index], max_bytes_);
            if (!bytes) {
                finish(index, bytes.error());
                continue;
            }
            Document document{std::make_shared<const Bytes>(*std::move(bytes))};
            auto result = co_await work_(hands.pool, hands.cpu, std::move(document));
            finish(index, std::move(result));
        }
    }

    void finish(std::size_t index, Result<T> result)
    {
        waiting_.emplace(index, std::move(result));
        while (!waiting_.empty() && waiting_.begin()->first == told_) {
            tell_(files_[told_], waiting_.begin()->second);
            waiting_.erase(waiting_.begin());
            ++told_;
        }
    }

    const std::vector<std::filesystem::path>& files_;
    Work work_;
    Tell tell_;
    VideoWork video_work_;
    std::size_t max_bytes_ = 0;
    std::size_t next_ = 0;
    std::size_t told_ = 0;
    std::map<std::size_t, Result<T>> waiting_;
};

} // namespace stillwatch::cli
