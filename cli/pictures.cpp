#include "cli/pictures.hpp"

#include "daemon/installation.hpp"
#include "sandbox/worker_pool.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <map>

namespace stillwatch::cli {

namespace {

// State of one read_pictures call: which file is next, and what waits for an earlier one to be told.
struct Reading {
    const std::vector<std::filesystem::path>& files;
    const EachPicture& each;
    std::size_t max_bytes;
    std::size_t next = 0;
    std::size_t told = 0;
    std::map<std::size_t, Result<PictureFeatures>> waiting{};

    void tell(std::size_t index, Result<PictureFeatures> features)
    {
        waiting.emplace(index, std::move(features));
        while (!waiting.empty() && waiting.begin()->first == told) {
            each(files[told], waiting.begin()->second);
            waiting.erase(waiting.begin());
            ++told;
        }
    }
};

Task<> read_some(sandbox::WorkerPool& pool, Reading& reading)
{
    while (reading.next < reading.files.size()) {
        const auto index = reading.next++;
        auto bytes = read_file(reading.files[index], reading.max_bytes);
        if (!bytes) {
            reading.tell(index, bytes.error());
            continue;
        }
        Document document{std::make_shared<const Bytes>(*std::move(bytes))};
        auto features = co_await pool.features(std::move(document));
        reading.tell(index, std::move(features));
    }
}

} // namespace

Result<void> read_pictures(const config::Config& config, const std::vector<std::filesystem::path>& files,
                           const EachPicture& each)
{
    auto settings = daemon::pool_settings(config);
    if (!settings) return settings.error();
    const auto lanes = std::min(settings->workers, std::max<std::size_t>(files.size(), 1));
    settings->workers = lanes;
    asio::io_context loop(1);
    std::exception_ptr failure;
    Reading reading{files, each, static_cast<std::size_t>(config.fetch.max_image_bytes)};
    {
        sandbox::WorkerPool pool(loop, *settings);
        std::size_t running = lanes;
        for (std::size_t i = 0; i < lanes; ++i) {
            asio::co_spawn(loop, read_some(pool, reading), [&](std::exception_ptr thrown) {
                if (thrown) failure = thrown;
                if (--running == 0) loop.stop();
            });
        }
        loop.run();
    }
    if (failure) std::rethrow_exception(failure);
    return {};
}

Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& path)
{
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) return Error{Errc::not_found, fmt::format("{}: no such file", path.string())};
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::is_directory(status)) {
        files.push_back(path);
        return files;
    }
    std::filesystem::recursive_directory_iterator walk(path, error);
    if (error) return Error{Errc::io, fmt::format("{}: {}", path.string(), error.message())};
    for (const std::filesystem::recursive_directory_iterator end; walk != end; walk.increment(error)) {
        if (error) return Error{Errc::io, fmt::format("{}: {}", path.string(), error.message())};
        if (walk->is_regular_file()) files.push_back(walk->path());
    }
    std::ranges::sort(files);
    return files;
}

Result<Bytes> read_file(const std::filesystem::path& file, std::size_t max_bytes)
{
    std::error_code error;
    if (std::filesystem::is_directory(file, error))
        return Error{Errc::invalid_argument, fmt::format("{}: is a directory", file.string())};
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        const auto code = std::filesystem::exists(file, error) ? Errc::io : Errc::not_found;
        return Error{code, fmt::format("{}: {}", file.string(), code == Errc::io ? "cannot be read" : "no such file")};
    }
    Bytes bytes;
    std::vector<char> part(1U << 20U);
    while (stream.read(part.data(), static_cast<std::streamsize>(part.size())) || stream.gcount() > 0) {
        const auto view = as_bytes(std::string_view(part.data(), static_cast<std::size_t>(stream.gcount())));
        if (bytes.size() + view.size() > max_bytes)
            return Error{Errc::too_large, fmt::format("{}: larger than {} bytes", file.string(), max_bytes)};
        bytes.insert(bytes.end(), view.begin(), view.end());
    }
    if (stream.bad()) return Error{Errc::io, fmt::format("{}: cannot be read", file.string())};
    return bytes;
}

} // namespace stillwatch::cli
