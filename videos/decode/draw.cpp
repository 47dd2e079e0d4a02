#include "videos/decode/draw.hpp"

#include <algorithm>
#include <string>

namespace stillwatch::videos {

namespace {

// What a stream leaves unsaid, players decide by the size.
int colours_of(const AVFrame& frame)
{
    if (frame.colorspace != AVCOL_SPC_UNSPECIFIED) return frame.colorspace;
    return frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
}

std::string head_of(int width_px, int height_px)
{
    return "P6\n" + std::to_string(width_px) + " " + std::to_string(height_px) + "\n255\n";
}

// `rgb` has rows of `row_px` pixels.
DrawnFrame cut_to(const ShownBox& box, ByteView rgb, int row_px)
{
    DrawnFrame cut{box.width_px, box.height_px, to_bytes(head_of(box.width_px, box.height_px))};
    const auto row_bytes = 3 * static_cast<std::size_t>(box.width_px);
    cut.picture.reserve(cut.picture.size() + row_bytes * static_cast<std::size_t>(box.height_px));
    for (int row = box.top; row < box.top + box.height_px; ++row) {
        const auto first = static_cast<std::size_t>(row) * static_cast<std::size_t>(row_px) +
                           static_cast<std::size_t>(box.left);
        append(cut.picture, rgb.subspan(3 * first, row_bytes));
    }
    return cut;
}

// Films keep 16..235 of 256 levels; what comes out has all of them.
void use_all_levels(SwsContext& scaler, const AVFrame& frame)
{
    const int* from_colours = sws_getCoefficients(colours_of(frame));
    const int* to_colours = sws_getCoefficients(SWS_CS_DEFAULT);
    constexpr int one = 1 << 16;
    (void)sws_setColorspaceDetails(&scaler, from_colours, frame.color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                                   to_colours, 1, 0, one, one); // refused where the frame is RGB already
}

} // namespace

Turn turn_of(const AVStream& stream) noexcept
{
    std::size_t bytes = 0;
    const auto* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
    std::array<std::int32_t, 9> matrix{};
    if (data == nullptr || bytes < sizeof matrix) return {};
    std::copy_n(data, sizeof matrix, reinterpret_cast<std::uint8_t*>(matrix.data()));
    return turn_of_matrix(matrix);
}

Result<DrawnFrame> Painter::draw(const AVFrame& frame, AVRational pixel_aspect, Turn turn)
{
    const auto size =
        shown_size({frame.width, frame.height}, pixel_aspect.num, pixel_aspect.den, VideoFrame::max_side_px);
    // Means over areas where it gets smaller, or fine patterns become others.
    const int method = size.width_px < frame.width || size.height_px < frame.height ? SWS_AREA : SWS_BILINEAR;
    scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height,
                                       static_cast<AVPixelFormat>(frame.format), size.width_px,
                                       size.height_px, AV_PIX_FMT_RGB24, method, nullptr, nullptr, nullptr));
    if (!scaler_) return Error{Errc::undecodable, "video: a form of pixels that is not read"};
    use_all_levels(*scaler_, frame);

    const Size shown = turn.exchanges ? Size{size.height_px, size.width_px} : size;
    DrawnFrame drawn{shown.width_px, shown.height_px, to_bytes(head_of(shown.width_px, shown.height_px))};
    const auto head = drawn.picture.size();
    const auto row_bytes = 3 * static_cast<std::size_t>(size.width_px);
    const auto pixel_bytes = row_bytes * static_cast<std::size_t>(size.height_px);
    // The scaler's vector code writes beyond the end of a row.
    constexpr std::size_t beyond = 64;
    drawn.picture.resize(head + pixel_bytes + beyond);
    Bytes stored;
    if (turn != Turn{}) stored.resize(pixel_bytes + beyond);
    auto* target = turn == Turn{} ? drawn.picture.data() + head : stored.data();
    std::array<std::uint8_t*, 4> planes{reinterpret_cast<std::uint8_t*>(target)};
    const std::array<int, 4> strides{static_cast<int>(row_bytes)};
    const int rows =
        sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes.data(), strides.data());
    if (rows != size.height_px) return Error{Errc::undecodable, "video: a frame cannot be converted"};
    drawn.picture.resize(head + pixel_bytes);
    if (turn != Turn{})
        turn_pixels(ByteView(stored).first(pixel_bytes), size, turn, std::span(drawn.picture).subspan(head));
    const auto pixels = ByteView(drawn.picture).subspan(head);
    const auto box = without_bars(pixels, shown.width_px, shown.height_px);
    if (box != ShownBox{0, 0, shown.width_px, shown.height_px}) return cut_to(box, pixels, shown.width_px);
    return drawn;
}

Result<Thumbnail> Painter::thumbnail(const AVFrame& frame)
{
    thumbnails_.reset(sws_getCachedContext(
        thumbnails_.release(), frame.width, frame.height, static_cast<AVPixelFormat>(frame.format),
        Thumbnail::columns, Thumbnail::rows, AV_PIX_FMT_GRAY8, SWS_AREA, nullptr, nullptr, nullptr));
    if (!thumbnails_) return Error{Errc::undecodable, "video: a form of pixels that is not read"};
    use_all_levels(*thumbnails_, frame);
    // The scaler's vector code writes beyond the end of a row.
    constexpr std::size_t stride = 2 * Thumbnail::columns;
    std::array<std::uint8_t, stride*(Thumbnail::rows + 1)> levels{};
    const std::array<std::uint8_t*, 4> planes{levels.data()};
    const std::array<int, 4> strides{static_cast<int>(stride)};
    const int rows = sws_scale(thumbnails_.get(), frame.data, frame.linesize, 0, frame.height, planes.data(),
                               strides.data());
    if (rows != static_cast<int>(Thumbnail::rows))
        return Error{Errc::undecodable, "video: a frame cannot be converted"};
    Thumbnail thumbnail;
    for (std::size_t row = 0; row < Thumbnail::rows; ++row)
        std::copy_n(levels.begin() + static_cast<std::ptrdiff_t>(row * stride), Thumbnail::columns,
                    thumbnail.levels.begin() + static_cast<std::ptrdiff_t>(row * Thumbnail::columns));
    return thumbnail;
}

} // namespace stillwatch::videos
