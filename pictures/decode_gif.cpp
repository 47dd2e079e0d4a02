#include "pictures/decode.hpp"

#include "core/binary.hpp"
#include "pictures/containers.hpp"
#include "pictures/frame_chooser.hpp"
#include "pictures/layers.hpp"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

namespace stillwatch::pictures {

namespace {

// A first frame cut short counts when at least this share of its rows came, as with JPEG.
constexpr int min_rows_percent = 50;

struct Area {
    int left = 0;
    int top = 0;
    int width = 0;
    int height = 0;
};

// Canvas size and number of complete frames, found without unpacking anything.
struct Outline {
    int width_px = 0;
    int height_px = 0;
    int frames = 0;
    std::size_t largest_frame_px = 0;
};

Outline outline_of(ByteView file)
{
    Outline outline{little_16(file, 6), little_16(file, 8)};
    GifBlocks blocks(file);
    const auto take = [&](ByteView descriptor) {
        const int width = little_16(descriptor, 5);
        const int height = little_16(descriptor, 7);
        // As browsers do, a first frame larger than the screen enlarges it.
        if (outline.frames == 0) {
            outline.width_px = std::max(outline.width_px, little_16(descriptor, 1) + width);
            outline.height_px = std::max(outline.height_px, little_16(descriptor, 3) + height);
        }
        outline.largest_frame_px = std::max(outline.largest_frame_px, static_cast<std::size_t>(width) *
                                                                          static_cast<std::size_t>(height));
        ++outline.frames;
    };
    while (const auto block = blocks.next())
        if (block->kind == GifBlock::Kind::image) take(block->whole);
    // A file cut within its first frame still says how large it is.
    const auto rest = blocks.rest();
    if (outline.frames == 0 && rest.size() > 10 && byte_at(rest, 0) == 0x2C) take(rest);
    return outline;
}

int read_memory(GifFileType* gif, GifByteType* target, int size)
{
    auto& rest = *static_cast<ByteView*>(gif->UserData);
    const auto count = std::min(rest.size(), static_cast<std::size_t>(std::max(0, size)));
    if (count > 0) std::memcpy(target, rest.data(), count);
    rest = rest.subspan(count);
    return static_cast<int>(count);
}

struct CloseGif {
    void operator()(GifFileType* gif) const noexcept { (void)DGifCloseFile(gif, nullptr); }
};

// What is shown, and which of it is transparent: the page.
struct Canvas {
    Canvas(int width, int height) : luma(width, height), alpha(luma.levels.size(), 0) {}

    std::uint8_t* alpha_row(int y) noexcept
    {
        return alpha.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(luma.width_px);
    }

    Luma luma;
    std::vector<std::uint8_t> alpha;
};

// Puts the frames on top of each other as a browser does (GIF89a, section 23: disposal).
class Player {
public:
    Player(GifFileType& gif, int width, int height) : gif_(gif), canvas_(width, height) {}

    // Draws the next frame. False at the end or where the file breaks; a broken first frame is kept when at
    // least half of its rows came.
    bool next();
    Layers shown();
    std::int64_t delay_ms() const noexcept { return std::int64_t{10} * control_.DelayTime; } // of that frame
    std::size_t pixels_of_frame() const noexcept
    {
        return static_cast<std::size_t>(drawn_.width) * static_cast<std::size_t>(drawn_.height);
    }

private:
    bool read_control();
    bool draw();
    void draw_row(int y);
    void dispose();

    GifFileType& gif_;
    Canvas canvas_;
    std::optional<Canvas> before_;
    GraphicsControlBlock control_{};
    Area drawn_;
    int drawn_disposal_ = DISPOSAL_UNSPECIFIED;
    bool first_ = true;
    std::vector<GifPixelType> row_;
    std::array<std::uint16_t, 256> palette_{};
};

bool Player::read_control()
{
    int label = 0;
    GifByteType* block = nullptr;
    if (DGifGetExtension(&gif_, &label, &block) != GIF_OK) return false;
    if (label == GRAPHICS_EXT_FUNC_CODE && block != nullptr && block[0] == 4)
        (void)DGifExtensionToGCB(4, block + 1, &control_); // fails on another size only, checked here
    while (block != nullptr)
        if (DGifGetExtensionNext(&gif_, &block) != GIF_OK) return false;
    return true;
}

void Player::dispose()
{
    if (drawn_disposal_ == DISPOSE_PREVIOUS && before_) {
        std::swap(canvas_, *before_);
    } else if (drawn_disposal_ == DISPOSE_BACKGROUND) {
        const int right = std::min(drawn_.left + drawn_.width, canvas_.luma.width_px);
        const int bottom = std::min(drawn_.top + drawn_.height, canvas_.luma.height_px);
        for (int y = drawn_.top; y < bottom && drawn_.left < right; ++y) {
            std::fill_n(canvas_.luma.row(y) + drawn_.left, right - drawn_.left, Luma::white);
            std::fill_n(canvas_.alpha_row(y) + drawn_.left, right - drawn_.left, std::uint8_t{0});
        }
    }
}

void Player::draw_row(int y)
{
    const int target_y = drawn_.top + y;
    if (target_y >= canvas_.luma.height_px) return;
    const int visible = std::min(drawn_.width, canvas_.luma.width_px - drawn_.left);
    auto* levels = canvas_.luma.row(target_y) + drawn_.left;
    auto* alpha = canvas_.alpha_row(target_y) + drawn_.left;
    for (int x = 0; x < visible; ++x) {
        const auto index = row_[static_cast<std::size_t>(x)];
        if (index == control_.TransparentColor) continue;
        levels[x] = palette_[index];
        alpha[x] = 255;
    }
}

bool Player::draw()
{
    const auto& image = gif_.Image;
    const auto* colours = image.ColorMap != nullptr ? image.ColorMap : gif_.SColorMap;
    if (colours == nullptr) return false;
    palette_.fill(0);
    for (int i = 0; i < std::min(colours->ColorCount, 256); ++i) {
        const auto& colour = colours->Colors[i];
        palette_[static_cast<std::size_t>(i)] = luma_of(colour.Red, colour.Green, colour.Blue);
    }
    drawn_ = {image.Left, image.Top, image.Width, image.Height};
    drawn_disposal_ = control_.DisposalMode;
    if (drawn_disposal_ == DISPOSE_PREVIOUS) before_ = canvas_;
    row_.resize(static_cast<std::size_t>(std::max(1, drawn_.width)));

    struct Pass {
        int first;
        int step;
    };
    static constexpr std::array<Pass, 4> interlaced{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    static constexpr std::array<Pass, 1> plain{{{0, 1}}};
    int rows_done = 0;
    const auto passes = image.Interlace ? std::span<const Pass>(interlaced) : std::span<const Pass>(plain);
    for (const auto& pass : passes)
        for (int y = pass.first; y < drawn_.height; y += pass.step, ++rows_done) {
            if (DGifGetLine(&gif_, row_.data(), drawn_.width) != GIF_OK)
                return first_ && rows_done * 100 >= drawn_.height * min_rows_percent;
            draw_row(y);
        }
    return true;
}

Layers Player::shown()
{
    Layers layers(canvas_.luma.width_px, canvas_.luma.height_px);
    for (int y = 0; y < layers.height_px(); ++y)
        layers.blended_row(y, canvas_.luma.row(y), canvas_.alpha_row(y));
    return layers;
}

bool Player::next()
{
    control_ = {DISPOSAL_UNSPECIFIED, false, 0, NO_TRANSPARENT_COLOR};
    for (;;) {
        GifRecordType type = UNDEFINED_RECORD_TYPE;
        if (DGifGetRecordType(&gif_, &type) != GIF_OK) return false;
        if (type == EXTENSION_RECORD_TYPE) {
            if (!read_control()) return false;
        } else if (type == IMAGE_DESC_RECORD_TYPE) {
            if (DGifGetImageDesc(&gif_) != GIF_OK) return false;
            if (!first_) dispose();
            const bool drawn = draw();
            first_ = false;
            return drawn;
        } else {
            return false;
        }
    }
}

} // namespace

Result<Picture> decode_gif(ByteView file, const PictureLimits& limits)
{
    if (file.size() < 13) return Error{Errc::undecodable, "GIF: broken header"};
    const auto outline = outline_of(file);
    if (auto size = check_size(outline.width_px, outline.height_px, 4, limits); !size) return size.error();
    if (outline.largest_frame_px > limits.max_pixels)
        return Error{Errc::too_large, "GIF with an oversized frame"};

    auto rest = file;
    const std::unique_ptr<GifFileType, CloseGif> gif(DGifOpen(&rest, read_memory, nullptr));
    if (!gif) return Error{Errc::undecodable, "GIF: broken header"};
    Player player(*gif, outline.width_px, outline.height_px);
    const auto canvas_px =
        static_cast<std::size_t>(outline.width_px) * static_cast<std::size_t>(outline.height_px);

    Picture picture;
    picture.format = PictureFormat::gif;
    picture.width_px = outline.width_px;
    picture.height_px = outline.height_px;
    FrameChooser chooser(limits.max_working_bytes / 2);
    FrameBudget budget;
    // What breaks later on is no matter: what came is what a browser shows.
    for (int index = 0; index < outline.frames || index == 0; ++index) {
        if (!player.next() || !budget.allows(canvas_px + player.pixels_of_frame())) break;
        chooser.show_for(player.delay_ms());
        player.shown().offer_to(chooser);
    }
    picture.is_in_part = budget.is_spent() || chooser.has_left_out();
    picture.times = chooser.times();
    picture.frames = std::move(chooser).take();
    if (picture.frames.empty()) return Error{Errc::undecodable, "GIF: broken or cut"};
    return picture;
}

} // namespace stillwatch::pictures
