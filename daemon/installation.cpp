#include "daemon/installation.hpp"

#include "sandbox/video_process.hpp"
#include "sandbox/worker_program.hpp"
#include "vault/age.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace stillwatch::daemon {

InstallationPaths paths_of(const config::Config& config)
{
    const auto& storage = config.storage.directory;
    return {storage, storage / "keys", config.evidence.directory, config.control.socket};
}

Result<sandbox::PoolSettings> pool_settings(const config::Config& config)
{
    auto program = sandbox::find_worker_program();
    if (!program) return program.error();
    sandbox::PoolSettings settings;
    settings.worker_program = *std::move(program);
    settings.workers = config.workers.count > 0 ? static_cast<std::size_t>(config.workers.count)
                                                : std::max(1U, std::thread::hardware_concurrency());
    settings.deadline = config.workers.deadline;
    settings.max_memory_bytes = static_cast<std::size_t>(config.workers.memory_mb) << 20U;
    settings.picture.max_pixels = static_cast<std::size_t>(config.workers.max_pixels);
    settings.page.max_links = static_cast<std::size_t>(config.crawl.max_links_per_page);
    return settings;
}

std::unique_ptr<VideoReaders> video_readers(asio::io_context& loop)
{
    auto program = sandbox::find_video_program();
    if (!program) return nullptr;
    return std::make_unique<sandbox::VideoProcesses>(loop, sandbox::VideoSettings{*std::move(program)});
}

std::string user_agent(const config::Organisation& organisation, std::string_view note)
{
    return fmt::format("Stillwatch/{} ({}; +{}{}{})", STILLWATCH_VERSION, organisation.name,
                       organisation.contact, note.empty() ? "" : "; ", note);
}

std::optional<std::string> recipient_problem(std::string_view text)
{
    const auto recipient = vault::AgeRecipient::parse(text);
    if (recipient) return std::nullopt;
    return recipient.error().detail;
}

} // namespace stillwatch::daemon
