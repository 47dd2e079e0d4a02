#include "core/binary.hpp"
#include "pictures/decode.hpp"
#include "pictures/layers.hpp"

#include <openjpeg.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

// JPEG 2000 (ISO/IEC 15444-1), as a file and as a bare code stream.
namespace stillwatch::pictures {

namespace {

using namespace std::string_view_literals;

// OpenJPEG holds four bytes for each sample, twice while it puts tiles together.
constexpr std::size_t bytes_per_sample = 8;
// As of JPEG: smaller pictures keep all pixels, larger ones may leave out the finest levels.
constexpr unsigned min_scaled_side_px = 512;
constexpr unsigned max_components = 5;

struct Input {
    ByteView file;
    std::size_t at = 0;
};

OPJ_SIZE_T on_read(void* target, OPJ_SIZE_T size, void* user)
{
    auto& input = *static_cast<Input*>(user);
    const auto count = std::min<std::size_t>(size, input.file.size() - input.at);
    if (count == 0) return static_cast<OPJ_SIZE_T>(-1);
    std::memcpy(target, input.file.data() + input.at, count);
    input.at += count;
    return count;
}

OPJ_OFF_T on_skip(OPJ_OFF_T bytes, void* user)
{
    auto& input = *static_cast<Input*>(user);
    if (bytes < 0) return -1;
    const auto count = std::min(static_cast<std::size_t>(bytes), input.file.size() - input.at);
    input.at += count;
    return static_cast<OPJ_OFF_T>(count);
}

OPJ_BOOL on_seek(OPJ_OFF_T to, void* user)
{
    auto& input = *static_cast<Input*>(user);
    if (to < 0 || static_cast<std::size_t>(to) > input.file.size()) return OPJ_FALSE;
    input.at = static_cast<std::size_t>(to);
    return OPJ_TRUE;
}

void on_message(const char*, void*) {}

struct DestroyStream {
    void operator()(opj_stream_t* stream) const noexcept { opj_stream_destroy(stream); }
};
struct DestroyCodec {
    void operator()(opj_codec_t* codec) const noexcept { opj_destroy_codec(codec); }
};
struct DestroyImage {
    void operator()(opj_image_t* image) const noexcept { opj_image_destroy(image); }
};
struct DestroyInfo {
    void operator()(opj_codestream_info_v2_t* info) const noexcept { opj_destroy_cstr_info(&info); }
};
using Stream = std::unique_ptr<opj_stream_t, DestroyStream>;
using Codec = std::unique_ptr<opj_codec_t, DestroyCodec>;
using Image = std::unique_ptr<opj_image_t, DestroyImage>;

Stream open(Input& input)
{
    Stream stream(opj_stream_default_create(OPJ_TRUE));
    if (!stream) return nullptr;
    opj_stream_set_user_data(stream.get(), &input, nullptr);
    opj_stream_set_user_data_length(stream.get(), input.file.size());
    opj_stream_set_read_function(stream.get(), on_read);
    opj_stream_set_skip_function(stream.get(), on_skip);
    opj_stream_set_seek_function(stream.get(), on_seek);
    return stream;
}

Codec codec_for(ByteView file)
{
    Codec codec(
        opj_create_decompress(begins_with(file, "\xFF\x4F\xFF\x51"sv) ? OPJ_CODEC_J2K : OPJ_CODEC_JP2));
    if (!codec) return nullptr;
    opj_set_info_handler(codec.get(), on_message, nullptr);
    opj_set_warning_handler(codec.get(), on_message, nullptr);
    opj_set_error_handler(codec.get(), on_message, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE) return nullptr;
    (void)opj_decoder_set_strict_mode(codec.get(), OPJ_FALSE); // what is cut shows what came
    return codec;
}

// How many of the finest levels may be left out.
unsigned levels_to_leave_out(opj_codec_t& codec, unsigned short_side_px)
{
    const std::unique_ptr<opj_codestream_info_v2_t, DestroyInfo> info(opj_get_cstr_info(&codec));
    if (!info || info->m_default_tile_info.tccp_info == nullptr) return 0;
    unsigned levels = max_components;
    for (unsigned i = 0; i < info->nbcomps; ++i)
        levels = std::min<unsigned>(levels,
                                    std::max(1U, info->m_default_tile_info.tccp_info[i].numresolutions) - 1);
    unsigned left_out = 0;
    while (left_out < levels && (short_side_px >> (left_out + 1)) >= min_scaled_side_px)
        ++left_out;
    return left_out;
}

// One component: a sample for each dx x dy pixels, as levels 0..255 of 16.16.
class Component {
public:
    Component(const opj_image_comp_t& component, const opj_image_comp_t& first)
        : component_(component), dx_(std::max(1U, component.dx / std::max(1U, first.dx))),
          dy_(std::max(1U, component.dy / std::max(1U, first.dy))),
          lowest_(component.sgnd != 0 ? -(std::int64_t{1} << (bits() - 1)) : 0),
          range_(std::max<std::int64_t>(1, (std::int64_t{1} << bits()) - 1))
    {
    }

    bool is_there() const noexcept
    {
        return component_.data != nullptr && component_.w > 0 && component_.h > 0;
    }
    bool is_alpha() const noexcept { return component_.alpha != 0; }
    bool is_subsampled() const noexcept { return dx_ > 1 || dy_ > 1; }
    // 0..255, with 8 bits of fraction.
    unsigned level(unsigned x, unsigned y) const noexcept
    {
        const auto column = std::min(x / dx_, component_.w - 1);
        const auto row = std::min(y / dy_, component_.h - 1);
        const std::int64_t sample = component_.data[std::size_t{row} * component_.w + column] - lowest_;
        return static_cast<unsigned>(std::clamp<std::int64_t>(sample, 0, range_) * Luma::white / range_);
    }

private:
    unsigned bits() const noexcept { return std::clamp(component_.prec, 1U, 31U); }

    const opj_image_comp_t& component_;
    unsigned dx_;
    unsigned dy_;
    std::int64_t lowest_;
    std::int64_t range_;
};

Result<Layers> layers_of(const opj_image_t& image)
{
    std::vector<Component> colours;
    const Component* alpha = nullptr;
    std::vector<Component> all;
    for (unsigned i = 0; i < image.numcomps; ++i)
        all.emplace_back(image.comps[i], image.comps[0]);
    for (const auto& component : all) {
        if (!component.is_there()) return Error{Errc::undecodable, "JPEG 2000: a component without samples"};
        if (component.is_alpha())
            alpha = &component;
        else
            colours.push_back(component);
    }
    if (colours.empty()) return Error{Errc::undecodable, "JPEG 2000: no colours"};
    const bool has_luma = colours.size() < 3 || colours[1].is_subsampled() ||
                          image.color_space == OPJ_CLRSPC_SYCC || image.color_space == OPJ_CLRSPC_EYCC;
    const auto width = image.comps[0].w;
    const auto height = image.comps[0].h;
    Layers layers(static_cast<int>(width), static_cast<int>(height));
    std::vector<std::uint16_t> levels(width);
    std::vector<std::uint8_t> opacity(width, 255);
    for (unsigned y = 0; y < height; ++y) {
        for (unsigned x = 0; x < width; ++x) {
            const auto red = colours[0].level(x, y);
            const auto luma = has_luma ? red
                                       : (19'595ULL * red + 38'470ULL * colours[1].level(x, y) +
                                          7'471ULL * colours[2].level(x, y)) >>
                                             16U;
            if (alpha != nullptr) opacity[x] = static_cast<std::uint8_t>(alpha->level(x, y) >> 8U);
            levels[x] = over_white(static_cast<unsigned>(luma), opacity[x]);
        }
        layers.blended_row(static_cast<int>(y), levels.data(), opacity.data());
    }
    return layers;
}

} // namespace

Result<Picture> decode_jpeg2000(ByteView file, const PictureLimits& limits)
{
    Input input{file};
    const auto stream = open(input);
    const auto codec = codec_for(file);
    if (!stream || !codec) return Error{Errc::io, "no memory for a JPEG 2000 decoder"};
    opj_image_t* read = nullptr;
    const bool has_header = opj_read_header(stream.get(), codec.get(), &read) == OPJ_TRUE;
    const Image image(read);
    if (!has_header || !image || image->numcomps < 1 || image->numcomps > max_components)
        return Error{Errc::undecodable, "JPEG 2000: broken header, or of a kind that is not read"};
    const std::int64_t width = std::int64_t{image->x1} - image->x0;
    const std::int64_t height = std::int64_t{image->y1} - image->y0;
    if (auto size = check_size(width, height, 1, limits); !size) return size.error();
    const auto left_out = levels_to_leave_out(*codec, static_cast<unsigned>(std::min(width, height)));
    const auto scaled = [&](std::int64_t side) { return (side + (1 << left_out) - 1) >> left_out; };
    auto scaled_limits = limits;
    scaled_limits.min_side_px = 1;
    if (auto memory = check_size(scaled(width), scaled(height),
                                 bytes_per_sample * image->numcomps + Layers::bytes, scaled_limits);
        !memory)
        return memory.error();
    if (left_out > 0 && opj_set_decoded_resolution_factor(codec.get(), left_out) == OPJ_FALSE)
        return Error{Errc::undecodable, "JPEG 2000: broken header"};
    if (opj_decode(codec.get(), stream.get(), image.get()) == OPJ_FALSE)
        return Error{Errc::undecodable, "JPEG 2000: broken or cut"};

    Picture picture;
    picture.format = PictureFormat::jpeg2000;
    picture.width_px = static_cast<int>(width);
    picture.height_px = static_cast<int>(height);
    auto layers = layers_of(*image);
    if (!layers) return layers.error();
    picture.frames = std::move(*layers).frames();
    return picture;
}

} // namespace stillwatch::pictures
