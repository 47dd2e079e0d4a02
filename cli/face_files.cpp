#include "cli/face_files.hpp"

#include "cli/in_order.hpp"

namespace stillwatch::cli {

void FaceOptions::apply(config::Config& config) const
{
    if (!profile.empty()) config.faces.profile = profile;
    if (!models.empty()) config.faces.models = models;
}

Result<void> read_faces(const config::Config& config, const daemon::FaceSetup& setup,
                        const std::vector<std::filesystem::path>& files, const EachFaces& each)
{
    // Once, so that a missing model is told once and not of each file.
    std::optional<Error> cannot_start;
    const auto work = [](sandbox::WorkerPool& pool, asio::thread_pool&, Document document) {
        return pool.faces(std::move(document));
    };
    const auto tell = [&](const auto& file, const Result<FacesSeen>& seen) {
        if (!seen && seen.error().code == Errc::io)
            cannot_start = seen.error();
        else
            each(file, seen);
    };
    const auto read = InOrder<FacesSeen>(files, work, tell).run(config, setup.pool);
    if (!read) return read.error();
    if (cannot_start) return *cannot_start;
    return {};
}

} // namespace stillwatch::cli
