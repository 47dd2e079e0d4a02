#include "pictures/decode.hpp"

#include "pictures/clones.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio> // jpeglib.h needs FILE

#include <jerror.h>
#include <jpeglib.h>

namespace stillwatch::pictures {

namespace {

// Sides below this keep all pixels: PDQ's filter width depends on the size, and smaller decodes cost 15..20
// bits of the 31 (measured; from 512 on 0..2 bits against a full decode).
constexpr unsigned min_scaled_side_px = 512;
// A coarse decode is hashed by the taps of the full size (coarse_fingerprint): of 1 000 photographs none was
// further than 12 bits from the full decode with 256 px (1 to 3 in the mean), 22 with 128 px, 36 with 64 px.
constexpr unsigned min_coarse_side_px = 256;
// Frequencies in zigzag order that make up a coarse picture; encoders send them in the first scans.
constexpr int coarse_frequencies = 6;
// libjpeg's own encoder leaves one or two low bits to later scans. A file that leaves more shows nothing by
// its first.
constexpr int most_missing_bits = 2;
// Up to this size all colours are decoded: PDQ's own program rounds red, green and blue, and only the same
// rounding gives its fingerprints on small pictures. Larger ones are within its sampling error anyway, and
// leaving out colour halves the time.
constexpr unsigned max_colour_side_px = 512;
// libjpeg's own coders write about ten scans; more only costs time (a pass over the whole picture each).
constexpr int max_scans = 64;
// A cut file counts when at least this share of its rows came; browsers show what there is, too.
constexpr unsigned min_rows_percent = 50;

enum class Failure { none, broken, too_many_scans };

// Everything that lives across libjpeg's calls. Its error exit jumps back into run(), which owns no object
// that needs a destructor.
struct Decoder {
    jpeg_decompress_struct info{};
    jpeg_error_mgr errors{};
    jpeg_progress_mgr progress{};
    jpeg_source_mgr source{};
    std::jmp_buf escape{};
    std::array<char, JMSG_LENGTH_MAX> message{};
    Failure failure = Failure::none;
    bool cut = false;
    unsigned rows_percent = 100; // when cut: rows that came

    Decoder() = default;
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    ~Decoder() { jpeg_destroy_decompress(&info); }
};

Decoder& decoder_of(j_common_ptr info)
{
    return *static_cast<Decoder*>(info->client_data);
}

[[noreturn]] void on_error(j_common_ptr info)
{
    auto& decoder = decoder_of(info);
    if (decoder.failure == Failure::none) decoder.failure = Failure::broken;
    info->err->format_message(info, decoder.message.data());
    std::longjmp(decoder.escape, 1);
}

void on_message(j_common_ptr info, int level)
{
    if (level < 0) ++info->err->num_warnings; // damaged data: libjpeg goes on, as browsers do
}

void on_output(j_common_ptr) {}

void on_progress(j_common_ptr info)
{
    auto& decoder = decoder_of(info);
    if (decoder.info.input_scan_number <= max_scans) return;
    decoder.failure = Failure::too_many_scans;
    on_error(info);
}

void on_source(j_decompress_ptr) {}

// Past the end: note how far it came, then pretend an end marker so that libjpeg fills up the rest.
boolean on_source_empty(j_decompress_ptr info)
{
    static constexpr std::array<JOCTET, 2> end_marker{0xFF, JPEG_EOI};
    auto& decoder = decoder_of(reinterpret_cast<j_common_ptr>(info));
    if (!decoder.cut) {
        decoder.cut = true;
        const bool whole_scan_came = info->input_scan_number > 1;
        if (!whole_scan_came)
            decoder.rows_percent =
                info->total_iMCU_rows == 0 ? 0 : 100 * info->input_iMCU_row / info->total_iMCU_rows;
    }
    info->src->next_input_byte = end_marker.data();
    info->src->bytes_in_buffer = end_marker.size();
    return TRUE;
}

void on_source_skip(j_decompress_ptr info, long bytes)
{
    if (bytes <= 0) return;
    auto& source = *info->src;
    const auto wanted = static_cast<std::size_t>(bytes);
    if (wanted >= source.bytes_in_buffer) {
        (void)on_source_empty(info);
        return;
    }
    source.next_input_byte += wanted;
    source.bytes_in_buffer -= wanted;
}

// The one place libjpeg's error exit returns to. Step is a plain function on plain references.
template <class Step, class Target>
bool run(Decoder& decoder, Target& target, Step step)
{
    if (setjmp(decoder.escape) != 0) return false;
    step(decoder, target);
    return true;
}

void open(Decoder& decoder, ByteView& file)
{
    auto& info = decoder.info;
    info.err = jpeg_std_error(&decoder.errors);
    decoder.errors.error_exit = on_error;
    decoder.errors.emit_message = on_message;
    decoder.errors.output_message = on_output;
    info.client_data = &decoder;
    jpeg_create_decompress(&info);
    decoder.progress.progress_monitor = on_progress;
    info.progress = &decoder.progress;
    decoder.source.init_source = on_source;
    decoder.source.fill_input_buffer = on_source_empty;
    decoder.source.skip_input_data = on_source_skip;
    decoder.source.resync_to_restart = jpeg_resync_to_restart;
    decoder.source.term_source = on_source;
    decoder.source.next_input_byte = reinterpret_cast<const JOCTET*>(file.data());
    decoder.source.bytes_in_buffer = file.size();
    info.src = &decoder.source;
    (void)jpeg_read_header(&info, TRUE);
}

// The smallest of 1/1, 1/2, 1/4, 1/8 (those with fast transforms) that keeps the short side.
unsigned scale_divisor(unsigned short_side_px, unsigned least_px) noexcept
{
    for (const unsigned divisor : {8U, 4U, 2U})
        if ((short_side_px + divisor - 1) / divisor >= least_px) return divisor;
    return 1;
}

bool is_coarse_picture_there(const jpeg_decompress_struct& info) noexcept
{
    const auto* missing = info.coef_bits[0]; // low bits of luma; negative: nothing came yet
    return std::all_of(missing, missing + coarse_frequencies,
                       [](int bits) { return bits >= 0 && bits <= most_missing_bits; });
}

// Reads scans until a coarse picture is there. Scans come whole, so what follows needs no more of the file.
void read_first_scans(Decoder& decoder)
{
    auto& info = decoder.info;
    for (;;) {
        const int step = jpeg_consume_input(&info);
        on_progress(reinterpret_cast<j_common_ptr>(&info)); // libjpeg calls it elsewhere only
        if (step == JPEG_REACHED_EOI || (step == JPEG_SCAN_COMPLETED && is_coarse_picture_there(info))) break;
    }
    (void)jpeg_start_output(&info, info.input_scan_number);
}

struct Start {
    const PictureLimits& limits;
    Fidelity fidelity;
};

void start(Decoder& decoder, const Start& how)
{
    auto& info = decoder.info;
    const bool is_coarse = how.fidelity == Fidelity::coarse;
    info.mem->max_memory_to_use = static_cast<long>(how.limits.max_working_bytes);
    const bool small = std::max(info.image_width, info.image_height) <= max_colour_side_px;
    info.out_color_space = info.num_components == 4                          ? JCS_CMYK
                           : small && info.num_components == 3 && !is_coarse ? JCS_EXT_RGBX
                                                                             : JCS_GRAYSCALE;
    info.scale_num = 1;
    info.scale_denom = scale_divisor(std::min(info.image_width, info.image_height),
                                     is_coarse ? min_coarse_side_px : min_scaled_side_px);
    const bool has_luma = info.jpeg_color_space == JCS_YCbCr || info.jpeg_color_space == JCS_GRAYSCALE;
    const bool in_scans = is_coarse && info.progressive_mode && has_luma;
    info.buffered_image = in_scans;
    (void)jpeg_start_decompress(&info);
    if (in_scans) read_first_scans(decoder);
}

// CMYK as Adobe's programs store it, inverted: each value is what remains of white. Others do the same even
// without Adobe's marker, and browsers read all of them so.
void inverted_cmyk_row_to_luma(const JSAMPLE* cmyk, std::uint16_t* luma, int width_px) noexcept
{
    for (int x = 0; x < width_px; ++x, cmyk += 4) {
        const unsigned black = cmyk[3];
        luma[x] = luma_of(cmyk[0] * black / 255U, cmyk[1] * black / 255U, cmyk[2] * black / 255U);
    }
}

STILLWATCH_CLONES void row_to_luma(J_COLOR_SPACE space, const JSAMPLE* row, std::uint16_t* luma,
                                   int width_px) noexcept
{
    if (space == JCS_GRAYSCALE)
        for (int x = 0; x < width_px; ++x)
            luma[x] = static_cast<std::uint16_t>(row[x] << 8U);
    else if (space == JCS_CMYK)
        inverted_cmyk_row_to_luma(row, luma, width_px);
    else
        for (int x = 0; x < width_px; ++x, row += 4)
            luma[x] = luma_of(row[0], row[1], row[2]);
}

struct Rows {
    Luma luma;
    std::vector<JSAMPLE> row;
};

void read_rows(Decoder& decoder, Rows& rows)
{
    auto& info = decoder.info;
    while (info.output_scanline < info.output_height) {
        auto* target = rows.luma.row(static_cast<int>(info.output_scanline));
        JSAMPROW row = rows.row.data();
        (void)jpeg_read_scanlines(&info, &row, 1);
        row_to_luma(info.out_color_space, row, target, rows.luma.width_px);
    }
}

Error failure_of(const Decoder& decoder)
{
    if (decoder.failure == Failure::too_many_scans) return {Errc::too_large, "JPEG with too many scans"};
    if (decoder.errors.msg_code == JERR_NO_BACKING_STORE)
        return {Errc::too_large, "JPEG needs too much memory"};
    if (decoder.errors.msg_code == JERR_OUT_OF_MEMORY) return {Errc::io, "no memory for a JPEG decoder"};
    return {Errc::undecodable, fmt::format("JPEG: {}", decoder.message.data())};
}

} // namespace

Result<Picture> decode_jpeg(ByteView file, const PictureLimits& limits, Fidelity fidelity)
{
    Decoder decoder;
    if (!run(decoder, file, open)) return failure_of(decoder);
    const auto& info = decoder.info;
    if (auto size = check_size(info.image_width, info.image_height, 2, limits); !size) return size.error();
    const Start how{limits, fidelity};
    if (!run(decoder, how, start)) return failure_of(decoder);

    Picture picture;
    picture.format = PictureFormat::jpeg;
    picture.width_px = static_cast<int>(info.image_width);
    picture.height_px = static_cast<int>(info.image_height);
    picture.is_coarse = fidelity == Fidelity::coarse && (info.scale_denom > 1 || info.buffered_image);
    Rows rows{Luma(static_cast<int>(info.output_width), static_cast<int>(info.output_height)),
              std::vector<JSAMPLE>(std::size_t{4} * info.output_width)};
    if (!run(decoder, rows, read_rows)) return failure_of(decoder);
    if (decoder.cut && decoder.rows_percent < min_rows_percent)
        return Error{Errc::undecodable, fmt::format("JPEG cut after {} % of its rows", decoder.rows_percent)};
    picture.frames.push_back(std::move(rows.luma));
    return picture;
}

} // namespace stillwatch::pictures
