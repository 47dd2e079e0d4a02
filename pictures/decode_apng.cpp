#include "core/binary.hpp"
#include "pictures/containers.hpp"
#include "pictures/decode.hpp"
#include "pictures/decode_png.hpp"
#include "pictures/layers.hpp"

#include <algorithm>
#include <array>
#include <optional>

// Animated PNG: third edition of the PNG specification, sections 4.9 and 11.3.6.
namespace stillwatch::pictures {

namespace {

using namespace std::string_view_literals;

// Canvas, what stood below the last frame, the frame, and its chunks put together again.
constexpr std::size_t working_bytes_per_pixel = 16;

enum class Dispose : std::uint8_t { none = 0, background = 1, previous = 2 };
enum class Blend : std::uint8_t { source = 0, over = 1 };

struct FrameControl {
    int width_px = 0;
    int height_px = 0;
    int left = 0;
    int top = 0;
    Dispose dispose = Dispose::none;
    Blend blend = Blend::source;
};

// Without a check sum that would hold: png_pixels() asks for none.
void append_chunk(Bytes& out, std::string_view name, ByteView data)
{
    append_big(out, static_cast<std::uint32_t>(data.size()));
    append(out, as_bytes(name));
    append(out, data);
    append_big(out, std::uint32_t{0});
}

class Animation {
public:
    Animation(int width_px, int height_px) : width_px_(width_px), height_px_(height_px)
    {
        canvas_.resize(std::size_t{4} * static_cast<std::size_t>(width_px) *
                       static_cast<std::size_t>(height_px));
    }

    // What of the file comes before the frames and holds for each.
    void take_common(const Chunk& chunk)
    {
        if (chunk.name == "IHDR") header_ = chunk.data;
        if (chunk.name == "PLTE" || chunk.name == "tRNS") append_chunk(common_, chunk.name, chunk.data);
    }

    // Begins a frame. False where its place is outside the canvas, which ends the animation in browsers.
    bool begin(ByteView control);
    void take_data(ByteView data) { append(data_, data); }
    // Draws what was begun onto the canvas. False where nothing was, or it is broken.
    bool draw();
    bool has_begun() const noexcept { return frame_.has_value(); }
    std::size_t pixels_of_frame() const noexcept
    {
        return static_cast<std::size_t>(frame_->width_px) * static_cast<std::size_t>(frame_->height_px);
    }
    Layers shown() const;
    std::int64_t delay_ms() const noexcept { return delay_ms_; } // of the frame that was begun last

private:
    std::uint8_t* at(int x, int y) noexcept
    {
        return canvas_.data() + 4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_px_) +
                                     static_cast<std::size_t>(x));
    }
    void dispose_last();

    int width_px_;
    int height_px_;
    ByteView header_;
    Bytes common_;
    std::int64_t delay_ms_ = 0;
    std::optional<FrameControl> frame_;
    std::optional<FrameControl> last_;
    Bytes data_;
    std::vector<std::uint8_t> canvas_; // RGBA
    std::vector<std::uint8_t> below_;  // the canvas before the last frame
};

bool Animation::begin(ByteView control)
{
    frame_.reset();
    data_.clear();
    if (control.size() < 26) return false;
    // Seconds as a fraction; a denominator of 0 means hundredths (APNG, fcTL).
    const auto pair = [&](std::size_t at) {
        return std::int64_t{256} * byte_at(control, at) + byte_at(control, at + 1);
    };
    const auto parts = pair(22);
    delay_ms_ = 1'000 * pair(20) / (parts == 0 ? 100 : parts);
    const std::uint64_t width = big_32(control, 4);
    const std::uint64_t height = big_32(control, 8);
    const std::uint64_t left = big_32(control, 12);
    const std::uint64_t top = big_32(control, 16);
    if (width == 0 || height == 0 || left + width > static_cast<std::uint64_t>(width_px_) ||
        top + height > static_cast<std::uint64_t>(height_px_))
        return false;
    frame_ = FrameControl{static_cast<int>(width),
                          static_cast<int>(height),
                          static_cast<int>(left),
                          static_cast<int>(top),
                          static_cast<Dispose>(byte_at(control, 24)),
                          static_cast<Blend>(byte_at(control, 25))};
    return true;
}

void Animation::dispose_last()
{
    if (!last_) return;
    if (last_->dispose == Dispose::previous && !below_.empty()) canvas_ = below_;
    if (last_->dispose != Dispose::background) return;
    for (int y = 0; y < last_->height_px; ++y)
        std::fill_n(at(last_->left, last_->top + y), 4 * last_->width_px, std::uint8_t{0});
}

void blend_over(std::uint8_t* under, const std::uint8_t* over)
{
    constexpr unsigned opaque = 255;
    const unsigned alpha = over[3];
    if (alpha == opaque || under[3] == 0) {
        std::copy_n(over, 4, under);
        return;
    }
    if (alpha == 0) return;
    const unsigned below = under[3] * (opaque - alpha) / opaque;
    const unsigned sum = alpha + below;
    for (int channel = 0; channel < 3; ++channel)
        under[channel] =
            static_cast<std::uint8_t>((over[channel] * alpha + under[channel] * below + sum / 2) / sum);
    under[3] = static_cast<std::uint8_t>(sum);
}

bool Animation::draw()
{
    if (!frame_ || data_.empty() || header_.size() < 13) return false;
    Bytes file;
    file.reserve(data_.size() + common_.size() + 64);
    append(file, as_bytes("\x89PNG\r\n\x1A\n"sv));
    Bytes header;
    append_big(header, static_cast<std::uint32_t>(frame_->width_px));
    append_big(header, static_cast<std::uint32_t>(frame_->height_px));
    append(header, header_.subspan(8, 5));
    append_chunk(file, "IHDR", header);
    append(file, common_);
    append_chunk(file, "IDAT", data_);
    append_chunk(file, "IEND", {});
    const auto pixels = png_pixels(file, pixels_of_frame());
    data_.clear();
    if (!pixels) return false;
    dispose_last();
    if (frame_->dispose == Dispose::previous) below_ = canvas_;
    for (int y = 0; y < frame_->height_px; ++y) {
        const auto* source = pixels->rgba.data() + std::size_t{4} * static_cast<std::size_t>(y) *
                                                       static_cast<std::size_t>(frame_->width_px);
        auto* target = at(frame_->left, frame_->top + y);
        if (frame_->blend == Blend::over)
            for (int x = 0; x < frame_->width_px; ++x)
                blend_over(target + 4 * x, source + 4 * x);
        else
            std::copy_n(source, 4 * frame_->width_px, target);
    }
    last_ = frame_;
    frame_.reset();
    return true;
}

Layers Animation::shown() const
{
    Layers layers(width_px_, height_px_);
    for (int y = 0; y < height_px_; ++y)
        layers.straight_row(y, canvas_.data() + std::size_t{4} * static_cast<std::size_t>(y) *
                                                    static_cast<std::size_t>(width_px_));
    return layers;
}

} // namespace

bool is_animated_png(ByteView file) noexcept
{
    PngChunks chunks(file);
    while (const auto chunk = chunks.next()) {
        if (chunk->name == "acTL") return true;
        if (chunk->name == "IDAT") return false;
    }
    return false;
}

Result<Picture> decode_apng(ByteView file, const PictureLimits& limits)
{
    auto picture =
        decode_png(file, limits); // what a reader of plain PNG sees: not always part of the animation
    if (picture && !check_size(picture->width_px, picture->height_px, working_bytes_per_pixel, limits))
        return picture;
    int width = 0;
    int height = 0;
    if (picture) {
        width = picture->width_px;
        height = picture->height_px;
    } else if (picture.error().code == Errc::undecodable && file.size() >= 24) {
        if (auto size = check_size(big_32(file, 16), big_32(file, 20), working_bytes_per_pixel, limits);
            !size)
            return picture;
        width = static_cast<int>(big_32(file, 16));
        height = static_cast<int>(big_32(file, 20));
    } else {
        return picture;
    }

    FrameChooser chooser(limits.max_working_bytes / 2);
    if (picture)
        for (auto& frame : picture->frames)
            chooser.offer(std::move(frame));
    Animation animation(width, height);
    FrameBudget budget;
    const auto canvas_px = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    // A frame ends where the next begins, or with the file.
    const auto end_frame = [&] {
        if (!animation.has_begun() || !budget.allows(canvas_px + animation.pixels_of_frame())) return false;
        if (!animation.draw()) return false;
        chooser.show_for(animation.delay_ms());
        animation.shown().offer_to(chooser);
        return true;
    };
    PngChunks chunks(file);
    bool goes_on = true;
    while (goes_on) {
        const auto chunk = chunks.next();
        if (!chunk || chunk->name == "IEND") break;
        animation.take_common(*chunk);
        if (chunk->name == "fcTL") {
            if (animation.has_begun()) goes_on = end_frame();
            goes_on = goes_on && animation.begin(chunk->data);
        } else if (animation.has_begun() && chunk->name == "IDAT") {
            animation.take_data(chunk->data);
        } else if (animation.has_begun() && chunk->name == "fdAT" && chunk->data.size() > 4) {
            animation.take_data(chunk->data.subspan(4));
        }
    }
    if (goes_on) (void)end_frame(); // the last frame may be cut
    if (chooser.is_empty()) return picture;
    Picture shown;
    shown.format = PictureFormat::png;
    shown.width_px = width;
    shown.height_px = height;
    shown.is_in_part = budget.is_spent() || chooser.has_left_out();
    shown.times = chooser.times();
    shown.frames = std::move(chooser).take();
    return shown;
}

} // namespace stillwatch::pictures
