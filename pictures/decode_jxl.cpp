#include "pictures/decode.hpp"
#include "pictures/frame_chooser.hpp"
#include "pictures/layers.hpp"
#include "pictures/quiet.hpp"

#include <jxl/decode.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>

// JPEG XL (ISO/IEC 18181), stills and animations, also JPEG files that were packed into it.
namespace stillwatch::pictures {

namespace {

// What libjxl 0.7 may take beside the luma, an estimate: three planes of floats, twice where a picture is
// not coded as a photograph. Its own allocations are bounded as well (Memory).
constexpr std::size_t working_bytes_per_pixel = 20;

// Counts what the library holds, and gives no more than there is for one picture.
class Memory {
public:
    explicit Memory(std::size_t most_bytes) : left_(most_bytes) {}

    JxlMemoryManager manager() { return {this, allocate, release}; }
    bool ran_out() const noexcept { return ran_out_; }

private:
    static constexpr std::size_t head_bytes = alignof(std::max_align_t); // keeps the size before the block

    static void* allocate(void* self, std::size_t size)
    {
        auto& memory = *static_cast<Memory*>(self);
        void* block = size <= memory.left_ ? std::malloc(size + head_bytes) : nullptr;
        if (block == nullptr) {
            memory.ran_out_ = true;
            return nullptr;
        }
        memory.left_ -= size;
        std::memcpy(block, &size, sizeof size);
        return static_cast<std::byte*>(block) + head_bytes;
    }

    static void release(void* self, void* address)
    {
        if (address == nullptr) return;
        void* block = static_cast<std::byte*>(address) - head_bytes;
        std::size_t size = 0;
        std::memcpy(&size, block, sizeof size);
        static_cast<Memory*>(self)->left_ += size;
        std::free(block);
    }

    std::size_t left_;
    bool ran_out_ = false;
};

struct DestroyDecoder {
    void operator()(JxlDecoder* decoder) const noexcept { JxlDecoderDestroy(decoder); }
};

// A run of pixels of one row, in any order of rows.
struct Target {
    int width_px = 0;
    int height_px = 0;
    std::vector<std::uint8_t> rgba;
};

void on_pixels(void* opaque, std::size_t x, std::size_t y, std::size_t count, const void* pixels)
{
    auto& target = *static_cast<Target*>(opaque);
    const auto width = static_cast<std::size_t>(target.width_px);
    if (y >= static_cast<std::size_t>(target.height_px) || x > width || count > width - x) return;
    std::memcpy(target.rgba.data() + 4 * (y * width + x), pixels, 4 * count);
}

class Reader {
public:
    Reader(JxlDecoder& decoder, const PictureLimits& limits)
        : decoder_(decoder), limits_(limits), chooser_(limits.max_working_bytes / 4)
    {
    }

    // Errors: undecodable, too_large, invalid_argument.
    Result<Picture> read();

private:
    Result<void> take_header();
    void take_time();
    bool begin_frame();
    void end_frame();

    JxlDecoder& decoder_;
    const PictureLimits& limits_;
    FrameChooser chooser_;
    FrameBudget budget_;
    bool is_premultiplied_ = false;
    double tick_ms_ = 0; // 0: it does not move
    Target target_;
};

Result<void> Reader::take_header()
{
    JxlBasicInfo info;
    if (JxlDecoderGetBasicInfo(&decoder_, &info) != JXL_DEC_SUCCESS)
        return Error{Errc::undecodable, "JPEG XL: broken header"};
    if (auto size = check_size(info.xsize, info.ysize, working_bytes_per_pixel, limits_); !size) return size;
    target_.width_px = static_cast<int>(info.xsize); // libjxl turns pictures itself
    target_.height_px = static_cast<int>(info.ysize);
    is_premultiplied_ = info.alpha_premultiplied != 0;
    const auto& animation = info.animation;
    if (info.have_animation != 0 && animation.tps_numerator > 0)
        tick_ms_ = 1'000.0 * animation.tps_denominator / animation.tps_numerator;
    return {};
}

// libjxl has put together what is one frame to the eye, and tells how long that is shown.
void Reader::take_time()
{
    JxlFrameHeader header;
    if (tick_ms_ <= 0 || JxlDecoderGetFrameHeader(&decoder_, &header) != JXL_DEC_SUCCESS) return;
    // A page of several, which are not timed, is one of 2^32 - 1 ticks.
    const auto shown_ms = std::min(tick_ms_ * header.duration, static_cast<double>(FrameTimes::longest_ms));
    chooser_.show_for(std::llround(shown_ms));
}

bool Reader::begin_frame()
{
    const auto pixels =
        static_cast<std::size_t>(target_.width_px) * static_cast<std::size_t>(target_.height_px);
    if (!budget_.allows(4 * pixels)) return false; // it decodes slower than others
    target_.rgba.assign(4 * pixels, 255);
    constexpr JxlPixelFormat format{4, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    return JxlDecoderSetImageOutCallback(&decoder_, &format, on_pixels, &target_) == JXL_DEC_SUCCESS;
}

void Reader::end_frame()
{
    Layers layers(target_.width_px, target_.height_px);
    for (int y = 0; y < target_.height_px; ++y) {
        const auto* row = target_.rgba.data() + std::size_t{4} * static_cast<std::size_t>(y) *
                                                    static_cast<std::size_t>(target_.width_px);
        if (is_premultiplied_)
            layers.premultiplied_row(y, row);
        else
            layers.straight_row(y, row);
    }
    std::move(layers).offer_to(chooser_);
}

Result<Picture> Reader::read()
{
    bool is_under_way = false;
    for (bool goes_on = true; goes_on;) {
        switch (JxlDecoderProcessInput(&decoder_)) {
        case JXL_DEC_BASIC_INFO:
            if (auto header = take_header(); !header) return header.error();
            break;
        case JXL_DEC_FRAME: take_time(); break;
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
            goes_on = begin_frame();
            is_under_way = goes_on;
            break;
        case JXL_DEC_FULL_IMAGE:
            end_frame();
            is_under_way = false;
            break;
        case JXL_DEC_NEED_MORE_INPUT: // cut: what came is shown
            if (is_under_way && chooser_.is_empty() && JxlDecoderFlushImage(&decoder_) == JXL_DEC_SUCCESS)
                end_frame();
            goes_on = false;
            break;
        default: goes_on = false;
        }
    }
    if (chooser_.is_empty()) return Error{Errc::undecodable, "JPEG XL: broken or cut"};
    Picture picture;
    picture.format = PictureFormat::jxl;
    picture.width_px = target_.width_px;
    picture.height_px = target_.height_px;
    picture.is_in_part = budget_.is_spent() || chooser_.has_left_out();
    picture.times = chooser_.times();
    picture.frames = std::move(chooser_).take();
    return picture;
}

} // namespace

Result<Picture> decode_jxl(ByteView file, const PictureLimits& limits)
{
    const SilentStandardError silent;
    Memory memory(limits.max_working_bytes);
    const auto manager = memory.manager();
    const std::unique_ptr<JxlDecoder, DestroyDecoder> decoder(JxlDecoderCreate(&manager));
    if (!decoder) return Error{Errc::io, "no memory for a JPEG XL decoder"};
    // No runner of threads is set: everything happens here.
    if (JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_FRAME | JXL_DEC_FULL_IMAGE) !=
            JXL_DEC_SUCCESS ||
        JxlDecoderSetInput(decoder.get(), reinterpret_cast<const std::uint8_t*>(file.data()), file.size()) !=
            JXL_DEC_SUCCESS)
        return Error{Errc::undecodable, "JPEG XL: no decoder"};
    JxlDecoderCloseInput(decoder.get());
    auto picture = Reader(*decoder, limits).read();
    if (!picture && memory.ran_out()) return Error{Errc::too_large, "JPEG XL needs too much memory"};
    return picture;
}

} // namespace stillwatch::pictures
