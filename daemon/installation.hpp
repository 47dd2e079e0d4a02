#pragma once

#include "config/config.hpp"
#include "core/async.hpp"
#include "core/result.hpp"
#include "core/video_reader.hpp"
#include "sandbox/worker_pool.hpp"
#include "vault/installation.hpp"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace stillwatch::daemon {

// Where the parts of an installation lie.
struct InstallationPaths {
    std::filesystem::path storage;  // databases and lock
    std::filesystem::path keys;     // installation.key, signing.key
    std::filesystem::path evidence; // sealed packages
    std::filesystem::path socket;   // of the daemon's control
};
// The public signing key, beside the configuration, where `init` puts it for everybody who may read that.
constexpr std::string_view signing_key_file = "signing_key.pub";
InstallationPaths paths_of(const config::Config& config);

// How pictures and pages are read, from the configuration or, for tools that need none, from its defaults.
Result<sandbox::PoolSettings> pool_settings(const config::Config& config);

// What reads videos, by processes that `loop` serves; null where this installation has no program for it:
// then they are told as not looked at.
std::unique_ptr<VideoReaders> video_readers(asio::io_context& loop);

// "Stillwatch/0.1.0 (Example Helpline; +https://helpline.example/monitoring)".
std::string user_agent(const config::Organisation& organisation, std::string_view note = {});

// What the loader should say of an evidence recipient; for LoadOptions.
std::optional<std::string> recipient_problem(std::string_view text);

} // namespace stillwatch::daemon
