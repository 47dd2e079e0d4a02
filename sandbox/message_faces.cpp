#include "sandbox/message_faces.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace stillwatch::sandbox {

namespace {

constexpr double furthest = 1e6; // pixels and norms
constexpr double unit_tolerance = 1e-3;
constexpr std::uint8_t most_frames = static_cast<std::uint8_t>(PictureFeatures::max_frames);

bool is_unit(const std::vector<float>& numbers)
{
    double squares = 0;
    for (const auto number : numbers)
        squares += static_cast<double>(number) * static_cast<double>(number);
    return std::abs(squares - 1) <= unit_tolerance; // false for what is no number
}

bool is_sound(const Face& face)
{
    const auto is_near = [](double value) { return std::abs(value) <= furthest; };
    return std::ranges::all_of(face.box, is_near) && face.box[2] > 0 && face.box[3] > 0 && face.score >= 0 &&
           face.score <= 1 && face.side_px > 0 && is_near(face.side_px) && face.norm >= 0 &&
           is_near(face.norm) && face.frame < most_frames && is_unit(face.embedding);
}

// What was read of a message that turned out to be none may be of strangers all the same.
class Wiped {
public:
    explicit Wiped(FacesSeen& seen) : seen_(seen) {}
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    ~Wiped() { wipe(seen_); }

private:
    FacesSeen& seen_;
};

} // namespace

void write_faces(BinaryWriter& writer, const FacesSeen& seen)
{
    const auto dimension = seen.faces.empty() ? std::size_t{0} : seen.faces.front().embedding.size();
    writer.number(static_cast<std::uint32_t>(seen.width_px));
    writer.number(static_cast<std::uint32_t>(seen.height_px));
    writer.bytes(seen.model.bytes);
    writer.flag(seen.is_in_part);
    writer.number(seen.left_out);
    writer.clamped<std::uint16_t>(dimension);
    writer.clamped<std::uint8_t>(seen.faces.size());
    for (const auto& face : seen.faces) {
        for (const auto number : face.box)
            writer.real(number);
        writer.real(face.score);
        writer.real(face.side_px);
        writer.real(face.norm);
        writer.clamped<std::uint8_t>(face.frame);
        for (const auto number : face.embedding)
            writer.number(std::bit_cast<std::uint32_t>(number));
    }
}

std::optional<FacesSeen> read_faces(BinaryReader& reader)
{
    FacesSeen seen;
    const Wiped wiped(seen); // unless it is whole
    seen.width_px = reader.integer<std::uint32_t>();
    seen.height_px = reader.integer<std::uint32_t>();
    seen.model = reader.digest();
    seen.is_in_part = reader.flag();
    seen.left_out = reader.number<std::uint32_t>();
    const auto dimension = reader.count<std::uint16_t>(FacesSeen::max_dimension);
    const auto count = reader.count<std::uint8_t>(FacesSeen::max_faces);
    if (!reader.ok() || seen.width_px < 1 || seen.height_px < 1 || (count == 0) != (dimension == 0))
        return std::nullopt;
    seen.faces.reserve(count);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        auto& face =
            seen.faces.emplace_back(); // in its place before it holds anything: wiped with the others
        for (auto& number : face.box)
            number = reader.real();
        face.score = reader.real();
        face.side_px = reader.real();
        face.norm = reader.real();
        face.frame = reader.integer<std::uint8_t>();
        face.embedding.reserve(dimension);
        for (std::size_t n = 0; n < dimension && reader.ok(); ++n)
            face.embedding.push_back(std::bit_cast<float>(reader.number<std::uint32_t>()));
        if (!reader.ok() || !is_sound(face)) return std::nullopt;
    }
    if (!reader.complete()) return std::nullopt;
    return seen; // moved: nothing is left behind to be wiped
}

} // namespace stillwatch::sandbox
