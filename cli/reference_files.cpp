#include "cli/reference_files.hpp"

#include "cli/in_order.hpp"
#include "cli/videos.hpp"

namespace stillwatch::cli {

namespace {

Task<Result<ReadReference>> read_picture(sandbox::WorkerPool& pool, Document document)
{
    auto features = co_await pool.features(std::move(document), Detail::reference);
    if (!features) co_return features.error();
    ReadReference reference = *std::move(features);
    co_return std::move(reference);
}

Task<Result<ReadReference>> read_video(Hands hands, std::filesystem::path file, VideoScreen& screen)
{
    const auto video = open_video(hands.loop, file);
    if (!video) co_return video.error();
    std::function<void(const pipeline::VideoProgress&)> tell =
        [&screen, name = file.filename().string()](const auto& progress) { screen.show(name, progress); };
    auto enrolled =
        co_await pipeline::enrol_video(*video->reader, hands.pool, video->digest, std::move(tell));
    if (!enrolled) co_return enrolled.error();
    ReadReference reference = *std::move(enrolled);
    co_return std::move(reference);
}

Task<Result<std::vector<FrameFeatures>>> hashes_of_picture(sandbox::WorkerPool& pool, Document document)
{
    auto features = co_await pool.features(std::move(document), Detail::hashes);
    if (!features) co_return features.error();
    std::vector<FrameFeatures> one;
    one.push_back({std::nullopt, *std::move(features)});
    co_return std::move(one);
}

Task<Result<std::vector<FrameFeatures>>> hashes_of_video(Hands hands, std::filesystem::path file,
                                                         VideoScreen& screen)
{
    const auto video = open_video(hands.loop, file);
    if (!video) co_return video.error();
    std::vector<FrameFeatures> all;
    for (std::int64_t after_ms = -1;;) {
        auto reading = co_await video->reader->frames(VideoPass::look, after_ms, MoreBytes::cannot_come);
        if (!reading) co_return reading.error();
        for (auto& frame : reading->frames) {
            Document picture{frame.picture};
            auto features = co_await hands.pool.features(std::move(picture), Detail::hashes);
            if (!features) co_return features.error();
            all.push_back({frame.time_ms, *std::move(features)});
            screen.show(file.filename().string(), {frame.time_ms, reading->facts.duration_ms, all.size()});
        }
        if (!reading->go_on_after_ms || *reading->go_on_after_ms <= after_ms) break;
        after_ms = *reading->go_on_after_ms;
    }
    co_return std::move(all);
}

} // namespace

Result<void> read_frames(const config::Config& config, const std::vector<std::filesystem::path>& files,
                         const EachFrames& each)
{
    VideoScreen screen;
    const auto picture = [](sandbox::WorkerPool& pool, asio::thread_pool&, Document document) {
        return hashes_of_picture(pool, std::move(document));
    };
    const auto video = [&](Hands hands, std::size_t index) {
        return hashes_of_video(hands, files[index], screen);
    };
    const auto tell = [&](const auto& file, const auto& frames) {
        screen.clear();
        each(file, frames);
    };
    return InOrder<std::vector<FrameFeatures>>(files, picture, tell, video).run(config);
}

Result<void> read_references(const config::Config& config, const std::vector<std::filesystem::path>& files,
                             const EachReference& each)
{
    VideoScreen screen;
    const auto picture = [](sandbox::WorkerPool& pool, asio::thread_pool&, Document document) {
        return read_picture(pool, std::move(document));
    };
    const auto video = [&](Hands hands, std::size_t index) {
        return read_video(hands, files[index], screen);
    };
    const auto tell = [&](const auto& file, const auto& reference) {
        screen.clear();
        each(file, reference);
    };
    return InOrder<ReadReference>(files, picture, tell, video).run(config);
}

} // namespace stillwatch::cli
