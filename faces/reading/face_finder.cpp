#include "faces/reading/face_finder.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

namespace stillwatch::faces {

namespace {

using std::chrono::steady_clock;

// Faces as wide as the probes' gate (20 px of the picture) are looked for at 15 px, where YuNet sees four in
// five, and those of 32 px at 24, where it sees .99. All of the pixels would cost 1.8 times as much for one
// face in five of those that are the hardest to tell apart.
constexpr double detected_px_of_gate = 15;
// What stands upright is nearly always surer than this (.999 for 99 of 100 photographs of LFW, also at half
// size); of faces that are upside down one in ten looks upright to the detector, with wrong points, at .98.
constexpr double sure_score = 0.99;
// Turned pictures are looked at in less, which is enough to tell the turn: of faces of 60 px and more in
// turned pictures of 640 all are seen, of those of 45 px 7 in 10, of those of 30 px none. Small ones cost
// little as they are.
constexpr double turned_scale = 0.3;
constexpr double longest_turned_px = 192; // of 640
constexpr double cheap_turned_px = 112;

constexpr int gap_px = 16; // between the turned ones

constexpr int tile_px = 640;
constexpr int tile_overlap_px = 96;
constexpr int most_tiled_px = 1'920;
constexpr std::size_t group = 3;

cv::Mat grey_of(const pictures::Luma& luma)
{
    const cv::Mat source(luma.height_px, luma.width_px, CV_16U,
                         const_cast<std::uint16_t*>(luma.levels.data())); // only read
    cv::Mat grey;
    source.convertTo(grey, CV_8U, 1.0 / 256);
    return grey;
}

cv::Mat turned(const cv::Mat& frame, int quarter_turns)
{
    cv::Mat result;
    cv::rotate(frame, result,
               quarter_turns == 1   ? cv::ROTATE_90_CLOCKWISE
               : quarter_turns == 2 ? cv::ROTATE_180
                                    : cv::ROTATE_90_COUNTERCLOCKWISE);
    return result;
}

// A box of the turned frame in the frame as it was: `size` is that of the turned one.
cv::Rect2d turned_back(const cv::Rect2d& box, int quarter_turns, cv::Size size)
{
    switch (quarter_turns) {
    case 1: return {box.y, size.width - box.x - box.width, box.height, box.width};
    case 2: return {size.width - box.x - box.width, size.height - box.y - box.height, box.width, box.height};
    case 3: return {size.height - box.y - box.height, box.x, box.height, box.width};
    default: return box;
    }
}

void scale_up(Detection& face, double factor, cv::Point2d offset)
{
    face.box = {face.box.x * factor + offset.x, face.box.y * factor + offset.y, face.box.width * factor,
                face.box.height * factor};
    for (auto& point : face.points)
        point = point * factor + offset;
}

cv::Mat reduced(const cv::Mat& frame, double scale)
{
    if (scale >= 1) return frame;
    cv::Mat small;
    cv::resize(frame, small, {}, scale, scale, cv::INTER_AREA);
    return small;
}

double best_upright(const std::vector<Detection>& faces)
{
    double best = 0;
    for (const auto& face : faces)
        if (face.is_upright()) best = std::max(best, face.score);
    return best;
}

} // namespace

FaceFinder::FaceFinder(Profile profile, Detector detector, std::vector<Embedder> embedders)
    : profile_(std::move(profile)), model_(profile_.model()), detector_(std::move(detector)),
      embedders_(std::move(embedders))
{
}

Result<FaceFinder> FaceFinder::load(const Profile& profile, const std::filesystem::path& models)
{
    const auto bytes = read_model(profile.detector.model, models);
    if (!bytes) return bytes.error();
    auto detector = Detector::load(*bytes, profile.detector);
    if (!detector) return detector.error();
    std::vector<Embedder> embedders;
    for (const auto& one : profile.embedders) {
        const auto model = read_model(one.model, models);
        if (!model) return model.error();
        auto embedder = Embedder::load(*model, one, profile.averages_mirrored);
        if (!embedder) return embedder.error();
        embedders.push_back(*std::move(embedder));
    }
    FaceFinder finder(profile, *std::move(detector), std::move(embedders));
    const auto warm = finder.detector_.faces_in(cv::Mat(480, 640, CV_8UC3, cv::Scalar(90, 110, 130)));
    if (!warm) return Error{Errc::malformed, profile.detector.model.file + ": " + warm.error().detail};
    return finder;
}

Result<std::vector<Detection>> FaceFinder::detect(const cv::Mat& frame, double scale)
{
    const auto small = reduced(frame, scale);
    auto faces = detector_.faces_in(small);
    if (!faces) return faces.error();
    const double up = static_cast<double>(frame.cols) / small.cols;
    for (auto& face : *faces)
        scale_up(face, up, {});
    return faces;
}

Result<std::vector<Detection>> FaceFinder::first_pass(const cv::Mat& frame)
{
    const double longest = std::max(frame.cols, frame.rows);
    const double worth = std::min(1.0, detected_px_of_gate / profile_.gates.probe_px);
    return detect(frame, std::min(worth, profile_.detector.longest_side_px / longest));
}

// True where all tiles were looked at.
Result<bool> FaceFinder::look_in_tiles(const cv::Mat& frame, std::vector<Detection>& faces, Deadline deadline)
{
    const double longest = std::max(frame.cols, frame.rows);
    const double scale = std::min(1.0, most_tiled_px / longest);
    const auto small = reduced(frame, scale);
    const double up = static_cast<double>(frame.cols) / small.cols;
    for (int y = 0; y < small.rows; y += tile_px - tile_overlap_px)
        for (int x = 0; x < small.cols; x += tile_px - tile_overlap_px) {
            if (steady_clock::now() >= deadline) return false;
            const auto tile = cv::Rect(x, y, tile_px, tile_px) & cv::Rect(0, 0, small.cols, small.rows);
            if (std::min(tile.width, tile.height) <= tile_overlap_px) continue; // all of it was in another
            auto found = detector_.faces_in(small(tile));
            if (!found) return found.error();
            for (auto& face : *found) {
                scale_up(face, up, {x * up, y * up});
                faces.push_back(face);
            }
        }
    keep_surest(faces, profile_.detector.most_overlap);
    return true;
}

// Quarter turns to the right that show a surer upright face than `best`; 0: none. All three turns stand side
// by side in one picture, since a pass over a small one costs more than its pixels.
Result<int> FaceFinder::better_turn(const cv::Mat& frame, double best)
{
    const double longest = std::max(frame.cols, frame.rows);
    const double side =
        std::clamp(turned_scale * longest, std::min(longest / 2, cheap_turned_px), longest_turned_px);
    const auto small = reduced(frame, side / longest);
    constexpr int turns = 3;
    cv::Mat all(std::max(small.cols, small.rows), small.cols + 2 * small.rows + (turns - 1) * gap_px,
                small.type(), cv::Scalar::all(0));
    std::array<int, turns> ends{};
    int left = 0;
    for (int quarter = 1; quarter <= turns; ++quarter) {
        const auto one = turned(small, quarter);
        one.copyTo(all(cv::Rect(left, 0, one.cols, one.rows)));
        left += one.cols + gap_px;
        ends[static_cast<std::size_t>(quarter - 1)] = left;
    }
    const auto seen = detector_.faces_in(all);
    if (!seen) return seen.error();
    int better = 0;
    for (const auto& face : *seen) {
        if (!face.is_upright() || face.score <= best) continue;
        best = face.score;
        const double middle = face.box.x + face.box.width / 2;
        better = 1 + static_cast<int>(std::ranges::count_if(
                         ends.begin(), ends.end() - 1, [&](int end) { return middle >= end - gap_px / 2; }));
    }
    return better;
}

Result<std::vector<FaceFinder::Found>> FaceFinder::find_in(const cv::Mat& frame, Deadline deadline,
                                                           bool& is_in_part)
{
    auto faces = first_pass(frame);
    if (!faces) return faces.error();
    cv::Mat upright = frame;
    int turns = 0;
    if (best_upright(*faces) < sure_score) {
        const auto better = better_turn(frame, best_upright(*faces));
        if (!better) return better.error();
        turns = *better;
        if (turns > 0) upright = turned(frame, turns);
        if (turns > 0) {
            faces = first_pass(upright);
            if (!faces) return faces.error();
        }
    }
    const bool is_group =
        faces->size() >= group && std::max(frame.cols, frame.rows) > profile_.detector.longest_side_px;
    if (is_group) {
        const auto whole = look_in_tiles(upright, *faces, deadline);
        if (!whole) return whole.error();
        is_in_part = is_in_part || !*whole;
    }
    std::vector<Found> found;
    for (const auto& face : *faces)
        found.push_back({upright, face, turns});
    return found;
}

// Nothing where it is too unclear.
Result<std::optional<Face>> FaceFinder::embedded(const Found& found)
{
    Face face;
    face.score = found.face.score;
    face.side_px = found.face.box.width;
    const auto box = turned_back(found.face.box, found.turns, found.upright.size());
    face.box = {box.x, box.y, box.width, box.height};
    const auto share = static_cast<float>(1 / std::sqrt(static_cast<double>(embedders_.size())));
    for (auto& embedder : embedders_) {
        const auto one = embedder.embed(found.upright, found.face);
        if (!one) return one.error();
        // Of two embedders the product of such vectors is the mean of their similarities.
        for (const auto number : one->numbers)
            face.embedding.push_back(number * share);
        if (face.norm == 0) face.norm = one->norm; // the first one's decides
    }
    if (face.norm < profile_.gates.probe_norm) return std::optional<Face>();
    return std::optional(std::move(face));
}

Result<FacesSeen> FaceFinder::find(const pictures::Picture& picture, const FindLimits& limits)
{
    const auto deadline = steady_clock::now() + limits.time;
    FacesSeen seen;
    seen.width_px = picture.width_px;
    seen.height_px = picture.height_px;
    seen.model = model_;
    const auto& gates = profile_.gates;
    for (std::size_t f = 0; f < picture.frames.size(); ++f) {
        if (std::cmp_greater_equal(f, limits.max_frames) || (f > 0 && steady_clock::now() >= deadline)) {
            seen.is_in_part = true;
            break;
        }
        const auto frame = grey_of(picture.frames[f]);
        // The frame may be a reduced version of the picture.
        const double up = f == 0 ? static_cast<double>(picture.width_px) / frame.cols : 1.0;
        auto found = find_in(frame, deadline, seen.is_in_part);
        if (!found) return found.error();
        std::ranges::stable_sort(*found, std::ranges::greater{},
                                 [](const Found& one) { return one.face.box.width; });
        for (const auto& one : *found) {
            if (one.face.score < gates.probe_score || one.face.box.width < gates.probe_px) {
                ++seen.left_out;
                continue;
            }
            if (seen.faces.size() >= limits.max_faces || steady_clock::now() >= deadline) {
                seen.is_in_part = true;
                break;
            }
            auto face = embedded(one);
            if (!face) return face.error();
            if (!*face) {
                ++seen.left_out;
                continue;
            }
            for (auto& number : (*face)->box)
                number *= up;
            (*face)->frame = static_cast<int>(f);
            seen.faces.push_back(**std::move(face));
        }
    }
    return seen;
}

} // namespace stillwatch::faces
