#include "clips.hpp"

#include "pictures/decode.hpp"
#include "tests/support/command.hpp"
#include "tests/support/run.hpp"
#include "tests/unit/pictures/encoders.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace stillwatch::videos::test {

namespace {

using stillwatch::test::run_command;
using stillwatch::test::TemporaryDirectory;

Bytes made(const Words& before, const Words& words, const std::string& name, ByteView input)
{
    const TemporaryDirectory directory;
    Words command{"ffmpeg", "-nostdin", "-v", "error"};
    command.insert(command.end(), before.begin(), before.end());
    command.insert(command.end(), words.begin(), words.end());
    command.push_back((directory / name).string());
    const auto done = run_command(command, input);
    if (done.exit_code != 0) throw std::runtime_error("ffmpeg: " + done.err);
    return stillwatch::test::read_file(directory / name);
}

} // namespace

Film film_of(std::size_t scenes, int width_px, int height_px)
{
    Film film{width_px, height_px};
    for (std::size_t i = 0; i < scenes; ++i)
        film.scenes.push_back(pictures::test::scene(static_cast<unsigned>(100 + i), width_px, height_px));
    return film;
}

Bytes encoded(const Film& film, const Words& words, const std::string& name)
{
    Bytes pictures;
    for (const auto& scene : film.scenes)
        append(pictures, pictures::test::encode_ppm(scene));
    const auto rate = "fps=" + std::to_string(film.frames_a_second);
    auto all = words;
    const auto filter = std::ranges::find(all, "-vf");
    if (filter != all.end())
        *std::next(filter) = rate + "," + *std::next(filter);
    else
        all.insert(all.end(), {"-vf", rate});
    return made({"-f", "image2pipe", "-framerate", "1", "-c:v", "ppm", "-i", "/dev/stdin"}, all, name,
                pictures);
}

Bytes generated(const std::string& source, const Words& words, const std::string& name)
{
    return made({"-f", "lavfi", "-i", source}, words, name, {});
}

Bytes converted(const Bytes& file, const std::string& from, const Words& words, const std::string& to)
{
    const TemporaryDirectory directory;
    stillwatch::test::write_file(directory / from, file);
    return made({"-i", (directory / from).string()}, words, to, {});
}

Words h264(int key_frame_every)
{
    return {"-c:v", "libx264",  "-preset", "ultrafast", "-crf",
            "18",   "-pix_fmt", "yuv420p", "-g",        std::to_string(key_frame_every)};
}

double difference(const VideoFrame& frame, const Drawing& drawing)
{
    const auto picture = pictures::decode_file(*frame.picture, {}).value();
    const auto& shown = picture.frames.front();
    const auto drawn = pictures::test::luma(drawing);
    if (shown.width_px != drawn.width_px || shown.height_px != drawn.height_px) return 1e9;
    double sum = 0;
    for (std::size_t i = 0; i < drawn.levels.size(); ++i)
        sum += std::abs(int{shown.levels[i]} - int{drawn.levels[i]});
    return sum / 256 / static_cast<double>(drawn.levels.size());
}

double difference(const VideoFrame& frame, const Film& film)
{
    double least = 1e9;
    for (const auto& scene : film.scenes)
        least = std::min(least, difference(frame, scene));
    return least;
}

bool shows(const std::vector<VideoFrame>& frames, const Drawing& drawing)
{
    return std::ranges::any_of(
        frames, [&](const VideoFrame& frame) { return difference(frame, drawing) < same_picture; });
}

sandbox::VideoSettings Player::default_settings()
{
    sandbox::VideoSettings settings;
    settings.program = STILLWATCH_VIDEO;
    return settings;
}

Player::Player(std::uint64_t file_bytes, sandbox::VideoSettings settings)
    : processes_(io_, std::move(settings)), reader_(processes_.open(file_bytes).value())
{
}

Player::Player(const Bytes& file, sandbox::VideoSettings settings) : Player(file.size(), std::move(settings))
{
    reader_->put(0, file).value();
}

Result<VideoReading> Player::frames(VideoPass pass, std::int64_t after_ms, MoreBytes more)
{
    io_.restart();
    return stillwatch::test::run(io_, reader_->frames(pass, after_ms, more));
}

Result<VideoReading> Player::frames_near(std::vector<std::int64_t> times_ms)
{
    io_.restart();
    return stillwatch::test::run(io_, reader_->frames_near(std::move(times_ms), MoreBytes::cannot_come));
}

Result<VideoReading> Player::all(VideoPass pass)
{
    VideoReading all;
    std::int64_t after_ms = -1;
    while (true) {
        auto reading = frames(pass, after_ms);
        if (!reading) return reading.error();
        all.facts = reading->facts;
        all.bounds = reading->bounds;
        all.frames_refused += reading->frames_refused;
        all.frames.insert(all.frames.end(), reading->frames.begin(), reading->frames.end());
        if (!reading->go_on_after_ms) return all;
        if (*reading->go_on_after_ms <= after_ms) throw std::runtime_error("the pass does not go on");
        after_ms = *reading->go_on_after_ms;
    }
}

} // namespace stillwatch::videos::test
