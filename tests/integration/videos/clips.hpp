#pragma once

#include "core/video_reader.hpp"
#include "sandbox/video_process.hpp"
#include "tests/unit/pictures/drawing.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

// Clips made of drawn pictures by Debian's ffmpeg, and the reading of them by the real process.
namespace stillwatch::videos::test {

using pictures::test::Drawing;

using Words = std::vector<std::string>;

// Several scenes, each for a second, one after the other.
struct Film {
    int width_px = 320;
    int height_px = 180;
    int frames_a_second = 10;
    std::vector<Drawing> scenes{};
};
Film film_of(std::size_t scenes, int width_px = 320, int height_px = 180);

// What ffmpeg makes of it with these words; `name` tells the container. Throws where it cannot.
Bytes encoded(const Film& film, const Words& words, const std::string& name);
// What ffmpeg makes of a source of its own ("sine=duration=1").
Bytes generated(const std::string& source, const Words& words, const std::string& name);
// What ffmpeg makes of a file with these words.
Bytes converted(const Bytes& file, const std::string& from, const Words& words, const std::string& to);

// H.264 at a quality where frames look like what was drawn.
Words h264(int key_frame_every = 20);

// Mean difference of the picture from a drawing, in grey levels; very large where their sizes differ.
double difference(const VideoFrame& frame, const Drawing& drawing);
// The least difference from any scene.
double difference(const VideoFrame& frame, const Film& film);
// Whether some frame shows the drawing.
bool shows(const std::vector<VideoFrame>& frames, const Drawing& drawing);
// What encoding does to such a picture at most; another scene, or a half of it in grey, differs by more.
constexpr double same_picture = 10;

// A reader with its loop.
class Player {
public:
    explicit Player(std::uint64_t file_bytes, sandbox::VideoSettings settings = default_settings());
    // With all of the file.
    explicit Player(const Bytes& file, sandbox::VideoSettings settings = default_settings());
    static sandbox::VideoSettings default_settings();

    VideoReader& reader() { return *reader_; }
    Result<VideoReading> frames(VideoPass pass, std::int64_t after_ms,
                                MoreBytes more = MoreBytes::cannot_come);
    Result<VideoReading> frames_near(std::vector<std::int64_t> times_ms);
    // The whole pass in one reading.
    Result<VideoReading> all(VideoPass pass);

private:
    asio::io_context io_{1};
    sandbox::VideoProcesses processes_;
    std::unique_ptr<VideoReader> reader_;
};

} // namespace stillwatch::videos::test
