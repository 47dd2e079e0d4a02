#include "videos/decode/demuxer.hpp"

#include "videos/decode/codecs.hpp"

#include <algorithm>
#include <string>

namespace stillwatch::videos {

namespace {

constexpr std::int64_t probe_bytes = 1 << 20;
constexpr std::int64_t analyze_microseconds = 2'000'000;
constexpr int max_streams = 64;
constexpr AVRational milliseconds{1, 1000};
constexpr std::int64_t longest_ms = 366LL * 24 * 3600 * 1000; // no video lasts for a year
// A reader that fails that often in a row gives nothing more.
constexpr int most_failures = 32;

// No file leads to another one.
int open_nothing(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**)
{
    return AVERROR(EACCES);
}

Error undecodable(const std::string& what)
{
    return Error{Errc::undecodable, "video: " + what};
}

bool is_encrypted(const AVStream& stream)
{
    constexpr std::uint32_t encv = MKTAG('e', 'n', 'c', 'v');
    constexpr std::uint32_t drmi = MKTAG('d', 'r', 'm', 'i');
    const auto tag = stream.codecpar->codec_tag;
    return tag == encv || tag == drmi ||
           av_stream_get_side_data(&stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, nullptr) != nullptr;
}

bool is_picture_beside(const AVStream& stream)
{
    constexpr int beside =
        AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_STILL_IMAGE;
    return (stream.disposition & beside) != 0;
}

std::int64_t pixels_of(const AVStream& stream)
{
    return std::int64_t{stream.codecpar->width} * stream.codecpar->height;
}

// Whether the reader of this container jumps to key frames. The others look for the time of any packet, and a
// decoder that begins there gives nothing until the next key frame.
bool names_key_frames(Container container)
{
    return container == Container::mp4 || container == Container::matroska || container == Container::avi;
}

// Whether packets carry their size: else one is whole only when the next one began.
bool tells_sizes(Container container)
{
    return container != Container::mpeg_ts && container != Container::mpeg_ps;
}

} // namespace

Demuxer::Demuxer(std::unique_ptr<FileInput> input, Owned<AVFormatContext> format, Container container,
                 const VideoLimits& limits)
    : input_(std::move(input)), format_(std::move(format)), container_(container), limits_(limits),
      held_(owned(av_packet_alloc()))
{
}

Result<std::unique_ptr<Demuxer>> Demuxer::open(std::unique_ptr<FileInput> input, Container container,
                                               const VideoLimits& limits, std::optional<ByteRange>& missing)
{
    const auto failed = [&](const FileInput& source, const std::string& what) {
        if (const auto at = source.missing_at()) missing = ByteRange{*at, 1};
        return undecodable(what);
    };
    const auto* demuxer = av_find_input_format(std::string(demuxer_of(container)).c_str());
    if (demuxer == nullptr) return undecodable("FFmpeg lacks a reader for this container");
    auto* context = avformat_alloc_context();
    if (context == nullptr) throw std::bad_alloc();
    context->pb = input->context();
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->probesize = probe_bytes;
    context->max_analyze_duration = analyze_microseconds;
    context->max_streams = max_streams;
    context->io_open = &open_nothing;
    Options options;
    options.set("protocol_whitelist", "");
    options.set("format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,flv,ogg,mpeg");
    options.set("codec_whitelist", decoders_read);
    if (container == Container::mp4) {
        options.set("enable_drefs", "0");
        options.set("use_absolute_path", "0");
    }
    // Frees the context where it fails.
    if (avformat_open_input(&context, nullptr, demuxer, options.get()) < 0)
        return failed(*input, "no container that can be read");
    std::unique_ptr<Demuxer> self(
        new Demuxer(std::move(input), Owned<AVFormatContext>(context), container, limits));
    auto chosen = self->choose_stream();
    if (chosen) {
        self->input_->forget_missing(); // what was tried beside, and did without
        return self;
    }
    if (chosen.error().code == Errc::undecodable) return failed(*self->input_, chosen.error().detail);
    return chosen.error();
}

Result<void> Demuxer::choose_stream()
{
    const auto best = [&]() -> AVStream* {
        AVStream* found = nullptr;
        for (unsigned i = 0; i < format_->nb_streams; ++i) {
            auto* stream = format_->streams[i];
            if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO || is_picture_beside(*stream)) continue;
            if (decoder_for(stream->codecpar->codec_id) == nullptr) continue;
            if (found == nullptr || pixels_of(*stream) > pixels_of(*found)) found = stream;
        }
        return found;
    };
    stream_ = best();
    if (stream_ == nullptr || pixels_of(*stream_) == 0) {
        // Containers that tell what is in them only with the packets themselves.
        // It would look for the last times at the end.
        format_->skip_estimate_duration_from_pts = input_->is_whole() ? 0 : 1;
        (void)avformat_find_stream_info(format_.get(), nullptr); // without it the first frame tells the size
        stream_ = best();
    }
    if (stream_ == nullptr) return Error{Errc::undecodable, "no stream with a codec that is read"};
    if (is_encrypted(*stream_)) return Error{Errc::undecodable, "encrypted"};
    if (pixels_of(*stream_) > std::int64_t{limits_.max_pixels})
        return Error{Errc::too_large, "video: " + std::to_string(stream_->codecpar->width) + "x" +
                                          std::to_string(stream_->codecpar->height) + " pixels"};
    for (unsigned i = 0; i < format_->nb_streams; ++i)
        if (format_->streams[i] != stream_) format_->streams[i]->discard = AVDISCARD_ALL;
    if (stream_->start_time != AV_NOPTS_VALUE) start_ = stream_->start_time;
    facts_.container = format_->iformat->name;
    facts_.codec = avcodec_get_name(stream_->codecpar->codec_id);
    facts_.width_px = stream_->codecpar->width;
    facts_.height_px = stream_->codecpar->height;
    if (stream_->duration != AV_NOPTS_VALUE && stream_->duration > 0)
        facts_.duration_ms = av_rescale_q(stream_->duration, stream_->time_base, milliseconds);
    else if (format_->duration != AV_NOPTS_VALUE && format_->duration > 0)
        facts_.duration_ms = format_->duration / (AV_TIME_BASE / 1000);
    if (facts_.duration_ms < 0 || facts_.duration_ms > longest_ms) facts_.duration_ms = 0;
    return {};
}

void Demuxer::want_key_frames_only(bool only) noexcept
{
    stream_->discard = only ? AVDISCARD_NONKEY : AVDISCARD_DEFAULT;
}

Demuxer::Read Demuxer::read_one(AVPacket& packet)
{
    for (int failures = 0; failures < most_failures;) {
        const int code = av_read_frame(format_.get(), &packet);
        if (input_->missing_at()) {
            if (code >= 0) av_packet_unref(&packet); // it may have been cut where the gap begins
            return Read::missing;
        }
        if (code == AVERROR_EOF || code == AVERROR_EXIT || code == AVERROR(ENOMEM)) return Read::end;
        if (code < 0) {
            ++failures;
            continue;
        }
        if (packet.stream_index != stream_->index) {
            av_packet_unref(&packet);
            continue;
        }
        const bool is_broken = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0 || packet.size <= 0;
        if (av_packet_get_side_data(&packet, AV_PKT_DATA_ENCRYPTION_INFO, nullptr) != nullptr) {
            met_encryption_ = true;
            ++refused_;
            av_packet_unref(&packet);
            return Read::end;
        }
        if (!is_broken) return Read::packet;
        ++refused_;
        av_packet_unref(&packet);
    }
    return Read::end;
}

Demuxer::Read Demuxer::next(AVPacket& packet)
{
    if (tells_sizes(container_)) return read_one(packet);
    if (!holds_) {
        const auto first = read_one(*held_);
        if (first != Read::packet) return first;
        holds_ = true;
    }
    const auto later = owned(av_packet_alloc());
    const auto read = read_one(*later);
    if (read != Read::packet) {
        // Nothing says that the last one is whole: one cut in the middle decodes as well, grey from there on.
        av_packet_unref(held_.get());
        holds_ = false;
        ++refused_;
        return read;
    }
    av_packet_move_ref(&packet, held_.get());
    av_packet_move_ref(held_.get(), later.get());
    return Read::packet;
}

bool Demuxer::go_to(std::int64_t time_ms)
{
    if (names_key_frames(container_)) return jump(time_ms);
    for (const std::int64_t back_ms : {0, 3'000, 12'000, 60'000}) {
        const auto from_ms = time_ms - back_ms;
        if (from_ms <= 0) break;
        if (!jump(from_ms)) return false;
        if (is_key_frame_before(time_ms)) return jump(from_ms);
        if (input_->missing_at()) return false;
    }
    return false;
}

// Whether a key frame comes between here and that time; reads up to there.
bool Demuxer::is_key_frame_before(std::int64_t time_ms)
{
    const auto refused = refused_;
    const auto packet = owned(av_packet_alloc());
    bool is_before = false;
    bool is_later = false;
    while (!is_before && !is_later && read_one(*packet) == Read::packet) {
        const auto at_ms = time_of(packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts);
        is_later = at_ms > time_ms;
        is_before = !is_later && at_ms >= 0 && (packet->flags & AV_PKT_FLAG_KEY) != 0;
        av_packet_unref(packet.get());
    }
    refused_ = refused; // they are read again
    return is_before;
}

bool Demuxer::jump(std::int64_t time_ms)
{
    if (holds_) av_packet_unref(held_.get());
    holds_ = false;
    const auto since_start =
        av_rescale_q(std::max<std::int64_t>(time_ms, 0), milliseconds, stream_->time_base);
    std::int64_t timestamp = 0;
    if (__builtin_add_overflow(start_, since_start, &timestamp)) return false;
    return av_seek_frame(format_.get(), stream_->index, timestamp, AVSEEK_FLAG_BACKWARD) >= 0;
}

bool Demuxer::go_to(const KeyFrameEntry& entry)
{
    if (holds_) av_packet_unref(held_.get());
    holds_ = false;
    return av_seek_frame(format_.get(), stream_->index, entry.timestamp, AVSEEK_FLAG_BACKWARD) >= 0;
}

std::int64_t Demuxer::time_of(std::int64_t timestamp) const noexcept
{
    if (timestamp == AV_NOPTS_VALUE) return -1;
    std::int64_t since_start = 0;
    if (__builtin_sub_overflow(timestamp, start_, &since_start)) return -1; // no time of any video
    return std::max<std::int64_t>(av_rescale_q(since_start, stream_->time_base, milliseconds), 0);
}

std::vector<KeyFrameEntry> Demuxer::key_frames(bool& has_more) const
{
    std::vector<KeyFrameEntry> entries;
    has_more = false;
    const int count = avformat_index_get_entries_count(stream_);
    for (int i = 0; i < count; ++i) {
        const auto* entry = avformat_index_get_entry(stream_, i);
        if (entry == nullptr || (entry->flags & AVINDEX_KEYFRAME) == 0 || entry->pos < 0) continue;
        if (entries.size() >= limits_.max_index_entries) {
            has_more = true;
            break;
        }
        entries.push_back(KeyFrameEntry{entry->timestamp, time_of(entry->timestamp),
                                        ByteRange{static_cast<std::uint64_t>(entry->pos),
                                                  static_cast<std::uint64_t>(std::max(entry->size, 0))}});
    }
    return entries;
}

} // namespace stillwatch::videos
