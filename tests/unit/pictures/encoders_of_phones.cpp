// HEIF, JPEG XL and JPEG 2000 files.
#include "encoders.hpp"

#include <jxl/encode.h>
#include <libheif/heif.h>
#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace stillwatch::pictures::test {

namespace {

void require(bool done, const char* what)
{
    if (!done) throw std::runtime_error(what);
}

void require(const heif_error& error)
{
    if (error.code != heif_error_Ok) throw std::runtime_error(error.message);
}

void append(Bytes& out, const void* data, std::size_t size)
{
    const auto* begin = static_cast<const std::byte*>(data);
    out.insert(out.end(), begin, begin + size);
}

using HeifImage = std::unique_ptr<heif_image, void (*)(const heif_image*)>;

HeifImage heif_image_of(const Drawing& drawing, HeifKind kind)
{
    heif_image* made = nullptr;
    const int width = drawing.width_px;
    const int height = drawing.height_px;
    const bool is_deep = kind == HeifKind::ten_bits;
    require(heif_image_create(width, height, heif_colorspace_RGB,
                              is_deep ? heif_chroma_interleaved_RRGGBB_LE : heif_chroma_interleaved_RGB,
                              &made));
    HeifImage image(made, heif_image_release);
    require(heif_image_add_plane(made, heif_channel_interleaved, width, height, is_deep ? 10 : 8));
    int stride = 0;
    auto* plane = heif_image_get_plane(made, heif_channel_interleaved, &stride);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int channel = 0; channel < 3; ++channel) {
                const unsigned level = drawing.at(x, y)[channel];
                auto* row = plane + std::ptrdiff_t{y} * stride;
                if (is_deep) {
                    const unsigned deep = level << 2U | level >> 6U;
                    row[6 * x + 2 * channel] = static_cast<std::uint8_t>(deep);
                    row[6 * x + 2 * channel + 1] = static_cast<std::uint8_t>(deep >> 8U);
                } else {
                    row[3 * x + channel] = static_cast<std::uint8_t>(level);
                }
            }
    return image;
}

} // namespace

Bytes encode_heif(const std::vector<Drawing>& drawings, HeifKind kind, HeifTurning turning)
{
    const std::unique_ptr<heif_context, decltype(&heif_context_free)> context(heif_context_alloc(),
                                                                              heif_context_free);
    heif_encoder* found = nullptr;
    require(heif_context_get_encoder_for_format(context.get(), heif_compression_HEVC, &found));
    const std::unique_ptr<heif_encoder, decltype(&heif_encoder_release)> encoder(found, heif_encoder_release);
    require(heif_encoder_set_lossy_quality(found, 90));
    (void)heif_encoder_set_parameter_string(found, "preset", "ultrafast");
    for (const auto& drawing : drawings) {
        const auto image = heif_image_of(drawing, kind);
        heif_image_handle* handle = nullptr;
        const std::unique_ptr<heif_encoding_options, decltype(&heif_encoding_options_free)> options(
            heif_encoding_options_alloc(), heif_encoding_options_free);
        options->image_orientation = static_cast<heif_orientation>(turning.by_box);
        require(heif_context_encode_image(context.get(), image.get(), found, options.get(), &handle));
        if (turning.by_exif != 0) {
            const auto exif = exif_block(turning.by_exif);
            require(heif_context_add_exif_metadata(context.get(), handle, exif.data(),
                                                   static_cast<int>(exif.size())));
        }
        if (&drawing == &drawings.front()) require(heif_context_set_primary_image(context.get(), handle));
        if (kind == HeifKind::with_thumbnail) {
            heif_image_handle* thumbnail = nullptr;
            require(heif_context_encode_thumbnail(context.get(), image.get(), handle, found, nullptr, 64,
                                                  &thumbnail));
            heif_image_handle_release(thumbnail);
        }
        heif_image_handle_release(handle);
    }
    Bytes out;
    heif_writer writer{1, [](heif_context*, const void* data, std::size_t size, void* target) {
                           append(*static_cast<Bytes*>(target), data, size);
                           return heif_error{heif_error_Ok, heif_suberror_Unspecified, ""};
                       }};
    require(heif_context_write(context.get(), &writer, &out));
    return out;
}

Bytes encode_jxl(const std::vector<Drawing>& frames, JxlKind kind, int exif_orientation)
{
    const std::unique_ptr<JxlEncoder, decltype(&JxlEncoderDestroy)> encoder(JxlEncoderCreate(nullptr),
                                                                            JxlEncoderDestroy);
    const bool is_lossless = kind == JxlKind::lossless;
    JxlBasicInfo info;
    JxlEncoderInitBasicInfo(&info);
    info.xsize = static_cast<std::uint32_t>(frames.front().width_px);
    info.ysize = static_cast<std::uint32_t>(frames.front().height_px);
    info.bits_per_sample = 8;
    info.orientation = static_cast<JxlOrientation>(exif_orientation); // the same eight
    info.num_extra_channels = 1;
    info.alpha_bits = 8;
    info.uses_original_profile = is_lossless ? JXL_TRUE : JXL_FALSE;
    if (frames.size() > 1) {
        info.have_animation = JXL_TRUE;
        info.animation.tps_numerator = 10;
        info.animation.tps_denominator = 1;
    }
    require(JxlEncoderSetBasicInfo(encoder.get(), &info) == JXL_ENC_SUCCESS, "JPEG XL header");
    JxlColorEncoding colours;
    JxlColorEncodingSetToSRGB(&colours, JXL_FALSE);
    require(JxlEncoderSetColorEncoding(encoder.get(), &colours) == JXL_ENC_SUCCESS, "JPEG XL colours");
    auto* settings = JxlEncoderFrameSettingsCreate(encoder.get(), nullptr);
    (void)JxlEncoderSetFrameLossless(settings, is_lossless ? JXL_TRUE : JXL_FALSE);
    (void)JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, 3);
    constexpr JxlPixelFormat format{4, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    for (const auto& frame : frames) {
        if (frames.size() > 1) {
            JxlFrameHeader header;
            JxlEncoderInitFrameHeader(&header);
            header.duration = 1;
            require(JxlEncoderSetFrameHeader(settings, &header) == JXL_ENC_SUCCESS, "JPEG XL frame header");
        }
        require(JxlEncoderAddImageFrame(settings, &format, frame.rgba.data(), frame.rgba.size()) ==
                    JXL_ENC_SUCCESS,
                "JPEG XL frame");
    }
    JxlEncoderCloseInput(encoder.get());
    Bytes out;
    for (auto status = JXL_ENC_NEED_MORE_OUTPUT; status == JXL_ENC_NEED_MORE_OUTPUT;) {
        std::vector<std::uint8_t> part(1U << 16U);
        auto* next = part.data();
        auto left = part.size();
        status = JxlEncoderProcessOutput(encoder.get(), &next, &left);
        require(status != JXL_ENC_ERROR, "JPEG XL encoder");
        append(out, part.data(), part.size() - left);
    }
    return out;
}

Bytes encode_jpeg2000(const Drawing& drawing, Jpeg2000Kind kind)
{
    const bool has_alpha = kind == Jpeg2000Kind::with_alpha;
    const unsigned bits = kind == Jpeg2000Kind::deep ? 12 : 8;
    std::vector<opj_image_cmptparm_t> parts(has_alpha ? 4 : 3);
    for (auto& part : parts) {
        part = {};
        part.dx = part.dy = 1;
        part.w = static_cast<OPJ_UINT32>(drawing.width_px);
        part.h = static_cast<OPJ_UINT32>(drawing.height_px);
        part.prec = bits;
    }
    const std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)> image(
        opj_image_create(static_cast<OPJ_UINT32>(parts.size()), parts.data(), OPJ_CLRSPC_SRGB),
        opj_image_destroy);
    image->x1 = static_cast<OPJ_UINT32>(drawing.width_px);
    image->y1 = static_cast<OPJ_UINT32>(drawing.height_px);
    for (std::size_t channel = 0; channel < parts.size(); ++channel) {
        auto& component = image->comps[channel];
        if (channel == 3) component.alpha = 1;
        for (std::size_t i = 0; i < drawing.rgba.size() / 4; ++i)
            component.data[i] = drawing.rgba[4 * i + channel] << (bits - 8);
    }
    const std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)> codec(
        opj_create_compress(kind == Jpeg2000Kind::code_stream ? OPJ_CODEC_J2K : OPJ_CODEC_JP2),
        opj_destroy_codec);
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.tcp_numlayers = 1;
    parameters.tcp_rates[0] = 8;
    parameters.cp_disto_alloc = 1;
    parameters.tcp_mct = 1;
    require(opj_setup_encoder(codec.get(), &parameters, image.get()) == OPJ_TRUE, "JPEG 2000 setup");
    struct Output {
        Bytes bytes;
        std::size_t at = 0;
    } output;
    const std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)> stream(
        opj_stream_default_create(OPJ_FALSE), opj_stream_destroy);
    opj_stream_set_user_data(stream.get(), &output, nullptr);
    opj_stream_set_write_function(stream.get(), [](void* data, OPJ_SIZE_T size, void* user) {
        auto& out = *static_cast<Output*>(user);
        out.bytes.resize(std::max(out.bytes.size(), out.at + size));
        std::memcpy(out.bytes.data() + out.at, data, size);
        out.at += size;
        return size;
    });
    opj_stream_set_skip_function(stream.get(), [](OPJ_OFF_T size, void* user) {
        static_cast<Output*>(user)->at += static_cast<std::size_t>(size);
        return size;
    });
    opj_stream_set_seek_function(stream.get(), [](OPJ_OFF_T to, void* user) -> OPJ_BOOL {
        static_cast<Output*>(user)->at = static_cast<std::size_t>(to);
        return OPJ_TRUE;
    });
    require(opj_start_compress(codec.get(), image.get(), stream.get()) == OPJ_TRUE &&
                opj_encode(codec.get(), stream.get()) == OPJ_TRUE &&
                opj_end_compress(codec.get(), stream.get()) == OPJ_TRUE,
            "JPEG 2000 encoder");
    return output.bytes;
}

} // namespace stillwatch::pictures::test
