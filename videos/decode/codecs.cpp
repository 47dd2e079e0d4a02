#include "videos/decode/codecs.hpp"

#include "videos/decode/video_decoder.hpp"

#include <ctime>

namespace stillwatch::videos {

const char* const decoders_read =
    "h264,hevc,vp8,vp9,libdav1d,mpeg4,mpeg2video,mpeg1video,msmpeg4v1,msmpeg4v2,"
    "msmpeg4,wmv2,vc1,flv,h263,theora";

namespace {

const char* name_of_decoder(AVCodecID codec) noexcept
{
    switch (codec) {
    case AV_CODEC_ID_H264: return "h264";
    case AV_CODEC_ID_HEVC: return "hevc";
    case AV_CODEC_ID_VP8: return "vp8";
    case AV_CODEC_ID_VP9: return "vp9";
    case AV_CODEC_ID_AV1: return "libdav1d";
    case AV_CODEC_ID_MPEG4: return "mpeg4";
    case AV_CODEC_ID_MPEG2VIDEO: return "mpeg2video";
    case AV_CODEC_ID_MPEG1VIDEO: return "mpeg1video";
    case AV_CODEC_ID_MSMPEG4V1: return "msmpeg4v1";
    case AV_CODEC_ID_MSMPEG4V2: return "msmpeg4v2";
    case AV_CODEC_ID_MSMPEG4V3: return "msmpeg4";
    case AV_CODEC_ID_WMV2: return "wmv2";
    case AV_CODEC_ID_VC1: return "vc1";
    case AV_CODEC_ID_FLV1: return "flv";
    case AV_CODEC_ID_H263: return "h263";
    case AV_CODEC_ID_THEORA: return "theora";
    default: return nullptr;
    }
}

void say_nothing(void*, int, const char*, va_list) {}

} // namespace

const AVCodec* decoder_for(AVCodecID codec) noexcept
{
    const char* name = name_of_decoder(codec);
    return name == nullptr ? nullptr : avcodec_find_decoder_by_name(name);
}

void prepare_ffmpeg()
{
    av_log_set_callback(&say_nothing); // its own asks the terminal what it can do
    tzset();                           // reads a file the first time
}

void prepare_decoding()
{
    prepare_ffmpeg();
}

} // namespace stillwatch::videos
