#include "sandbox/video_messages.hpp"

#include "sandbox/answer_parts.hpp"
#include "sandbox/message_parts.hpp"
#include "sandbox/sparse_memory.hpp"

#include <algorithm>
#include <limits>

namespace stillwatch::sandbox {

namespace {

constexpr std::uint32_t request_mark = 0x31515653; // "SVQ1"
constexpr std::uint8_t reading_kind = 6;
constexpr std::size_t max_name_bytes = 64;
constexpr std::uint32_t max_side_px = 1U << 15U;
// A million years: what follows can be computed with.
constexpr std::uint64_t max_time_ms = std::uint64_t{1} << 55U;

enum class WorkKind : std::uint8_t { frames = 1, near = 2 };

// A limit added there must be sent, too.
static_assert(sizeof(videos::VideoLimits) == 3 * sizeof(std::int64_t) + 4 * sizeof(std::uint32_t));

void write_ranges(BinaryWriter& writer, const std::vector<ByteRange>& ranges)
{
    for (const auto& range : ranges) {
        writer.number(range.from);
        writer.number(range.bytes);
    }
}

// Rising, within the file, each behind the one before.
bool are_in_order(const std::vector<ByteRange>& ranges, std::uint64_t file_bytes)
{
    std::uint64_t behind = 0;
    for (const auto& range : ranges) {
        if (range.bytes == 0 || range.from < behind || range.from > file_bytes ||
            range.bytes > file_bytes - range.from)
            return false;
        behind = range.end();
    }
    return true;
}

std::vector<ByteRange> read_ranges(BinaryReader& reader, std::size_t count, std::uint64_t file_bytes)
{
    std::vector<ByteRange> ranges;
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        ByteRange range;
        range.from = reader.number<std::uint64_t>();
        range.bytes = reader.number<std::uint64_t>();
        ranges.push_back(range);
    }
    if (!are_in_order(ranges, file_bytes)) reader.refuse();
    return ranges;
}

std::int64_t read_time(BinaryReader& reader)
{
    const auto time_ms = reader.number<std::uint64_t>();
    if (time_ms > max_time_ms) reader.refuse();
    return reader.ok() ? static_cast<std::int64_t>(time_ms) : 0;
}

void write_limits(BinaryWriter& writer, const videos::VideoLimits& limits)
{
    writer.number(static_cast<std::uint64_t>(limits.glance_processor_time.count()));
    writer.number(static_cast<std::uint64_t>(limits.look_processor_time.count()));
    writer.number(static_cast<std::uint64_t>(limits.max_length.count()));
    writer.number(limits.max_index_entries);
    writer.number(limits.max_frames);
    writer.number(limits.max_pixels);
    writer.number(limits.max_missing_bytes);
}

videos::VideoLimits read_limits(BinaryReader& reader)
{
    videos::VideoLimits limits;
    limits.glance_processor_time = std::chrono::milliseconds(read_time(reader));
    limits.look_processor_time = std::chrono::milliseconds(read_time(reader));
    limits.max_length = std::chrono::milliseconds(read_time(reader));
    limits.max_index_entries = reader.number<std::uint32_t>();
    limits.max_frames = reader.number<std::uint32_t>();
    limits.max_pixels = reader.number<std::uint32_t>();
    limits.max_missing_bytes = reader.number<std::uint32_t>();
    return limits;
}

bool is_time(std::int64_t time_ms)
{
    return time_ms >= 0 && static_cast<std::uint64_t>(time_ms) <= max_time_ms;
}

bool are_in_bounds(const videos::VideoLimits& limits)
{
    return is_time(limits.glance_processor_time.count()) && is_time(limits.look_processor_time.count()) &&
           is_time(limits.max_length.count());
}

bool are_asked_well(const std::vector<std::int64_t>& times_ms)
{
    return !times_ms.empty() && times_ms.size() <= VideoReading::max_times &&
           std::ranges::all_of(times_ms, is_time) && std::ranges::is_sorted(times_ms);
}

bool is_asked_well(const VideoRequest& request)
{
    if (request.number == 0 || request.file_bytes == 0 || request.file_bytes > max_sparse_bytes) return false;
    if (request.there.size() > max_ranges_there || !are_in_order(request.there, request.file_bytes))
        return false;
    if (const auto* near = std::get_if<VideoNearWork>(&request.work))
        if (!are_asked_well(near->times_ms)) return false;
    if (const auto* frames = std::get_if<VideoFramesWork>(&request.work))
        if (frames->after_ms < -1 || frames->after_ms >= static_cast<std::int64_t>(max_time_ms)) return false;
    return are_in_bounds(request.limits);
}

// What write_frame writes beside a picture, and less than the head that it leaves out of that.
constexpr std::size_t most_frame_head_bytes = 64;

std::string head_of_picture(int width_px, int height_px)
{
    return "P6\n" + std::to_string(width_px) + " " + std::to_string(height_px) + "\n255\n";
}

void write_frame(BinaryWriter& writer, const VideoFrame& frame)
{
    writer.number(static_cast<std::uint64_t>(frame.time_ms));
    writer.number(frame.packet.from);
    writer.number(frame.packet.bytes);
    writer.bytes(frame.packet_digest.bytes);
    writer.flag(frame.is_key);
    writer.number(static_cast<std::uint16_t>(frame.width_px));
    writer.number(static_cast<std::uint16_t>(frame.height_px));
    writer.bytes(ByteView(*frame.picture).subspan(head_of_picture(frame.width_px, frame.height_px).size()));
}

VideoFrame read_frame(BinaryReader& reader)
{
    VideoFrame frame;
    frame.time_ms = read_time(reader);
    frame.packet.from = reader.number<std::uint64_t>();
    frame.packet.bytes = reader.number<std::uint64_t>();
    frame.packet_digest = reader.digest();
    frame.is_key = reader.flag();
    frame.width_px = static_cast<int>(reader.count<std::uint16_t>(VideoFrame::max_side_px));
    frame.height_px = static_cast<int>(reader.count<std::uint16_t>(VideoFrame::max_side_px));
    if (frame.width_px == 0 || frame.height_px == 0) reader.refuse();
    const auto pixels = reader.bytes(3 * static_cast<std::size_t>(frame.width_px) *
                                     static_cast<std::size_t>(frame.height_px));
    if (!reader.ok()) return frame;
    const auto head = head_of_picture(frame.width_px, frame.height_px);
    Bytes picture;
    picture.reserve(head.size() + pixels.size());
    append(picture, as_bytes(head));
    append(picture, pixels);
    frame.picture = std::make_shared<const Bytes>(std::move(picture));
    return frame;
}

// A packet lies within the file; where nobody knows, it is told without a beginning.
bool is_within(const ByteRange& packet, std::uint64_t file_bytes)
{
    return packet.from <= file_bytes && packet.bytes <= max_sparse_bytes;
}

void write_reading(BinaryWriter& writer, const VideoReading& reading)
{
    writer.number(reading_kind);
    writer.text(printable(reading.facts.container, max_name_bytes));
    writer.text(printable(reading.facts.codec, max_name_bytes));
    writer.number(static_cast<std::uint64_t>(reading.facts.duration_ms));
    writer.number(static_cast<std::uint32_t>(reading.facts.width_px));
    writer.number(static_cast<std::uint32_t>(reading.facts.height_px));
    writer.number(reading.go_on_after_ms ? static_cast<std::uint64_t>(*reading.go_on_after_ms + 2)
                                         : std::uint64_t{0});
    writer.number(reading.frames_refused);
    writer.number(static_cast<std::uint8_t>(reading.missing.size()));
    write_ranges(writer, reading.missing);
    writer.number(static_cast<std::uint8_t>(reading.bounds.size()));
    for (const auto bound : reading.bounds)
        writer.number(code_of(bound));
    writer.number(static_cast<std::uint8_t>(reading.frames.size()));
    std::size_t bytes = writer.size();
    for (const auto& frame : reading.frames)
        bytes += most_frame_head_bytes + frame.picture->size();
    writer.reserve(bytes); // growing step by step would copy megabytes
    for (const auto& frame : reading.frames)
        write_frame(writer, frame);
}

Result<VideoAnswer> read_reading(BinaryReader& reader, const VideoRequest& request)
{
    VideoReading reading;
    reading.facts.container = reader.text(max_name_bytes);
    reading.facts.codec = reader.text(max_name_bytes);
    reading.facts.duration_ms = read_time(reader);
    reading.facts.width_px = static_cast<int>(reader.count<std::uint32_t>(max_side_px));
    reading.facts.height_px = static_cast<int>(reader.count<std::uint32_t>(max_side_px));
    if (!all_printable(reading.facts.container) || !all_printable(reading.facts.codec))
        return broken("answer: names of the video");
    if (const auto go_on = read_time(reader); go_on > 0) reading.go_on_after_ms = go_on - 2;
    reading.frames_refused = reader.number<std::uint32_t>();
    const auto missing = reader.count<std::uint8_t>(VideoReading::max_missing);
    reading.missing = read_ranges(reader, missing, request.file_bytes);
    if (!reader.ok()) return broken("answer: what is missing of the video");
    const auto bounds = reader.count<std::uint8_t>(video_bounds);
    for (std::size_t i = 0; i < bounds && reader.ok(); ++i) {
        const auto bound = static_cast<VideoBound>(reader.count<std::uint8_t>(video_bounds - 1));
        if (!reading.bounds.empty() && bound <= reading.bounds.back()) reader.refuse();
        reading.bounds.push_back(bound);
    }
    const auto frames = reader.count<std::uint8_t>(VideoReading::max_frames);
    if (!reader.ok()) return broken("answer: bounds of the video");
    for (std::size_t i = 0; i < frames; ++i) {
        auto frame = read_frame(reader);
        const bool rises = reading.frames.empty() || frame.time_ms > reading.frames.back().time_ms;
        if (!reader.ok() || !rises || !is_within(frame.packet, request.file_bytes))
            return broken("answer: a frame");
        reading.frames.push_back(std::move(frame));
    }
    if (!reader.complete()) return broken("answer: bytes after the frames");
    return VideoAnswer{std::move(reading)};
}

} // namespace

Result<Bytes> encode_video_request(const VideoRequest& request)
{
    if (!is_asked_well(request)) return Error{Errc::invalid_argument, "video: a request out of its bounds"};
    BinaryWriter writer;
    writer.number(request_mark);
    writer.number(request.number);
    writer.number(request.file_bytes);
    writer.number(code_of(request.more));
    write_limits(writer, request.limits);
    if (const auto* frames = std::get_if<VideoFramesWork>(&request.work)) {
        writer.number(code_of(WorkKind::frames));
        writer.number(code_of(frames->pass));
        writer.number(static_cast<std::uint64_t>(frames->after_ms + 1));
    } else if (const auto* near = std::get_if<VideoNearWork>(&request.work)) {
        writer.number(code_of(WorkKind::near));
        writer.number(static_cast<std::uint8_t>(near->times_ms.size()));
        for (const auto time_ms : near->times_ms)
            writer.number(static_cast<std::uint64_t>(time_ms));
    }
    writer.number(static_cast<std::uint16_t>(request.there.size()));
    write_ranges(writer, request.there);
    return std::move(writer).take();
}

Result<VideoRequest> decode_video_request(ByteView message)
{
    BinaryReader reader(message);
    if (reader.number<std::uint32_t>() != request_mark) return broken("request: mark");
    VideoRequest request;
    request.number = reader.number<std::uint64_t>();
    request.file_bytes = reader.number<std::uint64_t>();
    request.more = static_cast<MoreBytes>(reader.count<std::uint8_t>(code_of(MoreBytes::cannot_come)));
    request.limits = read_limits(reader);
    const auto kind = static_cast<WorkKind>(reader.number<std::uint8_t>());
    if (kind == WorkKind::frames) {
        const auto pass = static_cast<VideoPass>(reader.count<std::uint8_t>(code_of(VideoPass::look)));
        request.work = VideoFramesWork{pass, read_time(reader) - 1};
    } else if (kind == WorkKind::near) {
        VideoNearWork work;
        const auto count = reader.count<std::uint8_t>(VideoReading::max_times);
        for (std::size_t i = 0; i < count && reader.ok(); ++i)
            work.times_ms.push_back(read_time(reader));
        request.work = std::move(work);
    } else {
        return broken("request: kind");
    }
    const auto count = reader.count<std::uint16_t>(max_ranges_there);
    request.there = read_ranges(reader, count, request.file_bytes);
    if (!reader.complete() || !is_asked_well(request)) return broken("request: length or a bound");
    return request;
}

Bytes encode_video_answer(std::uint64_t number, const VideoAnswer& answer)
{
    return framed(number, [&](BinaryWriter& writer) {
        if (const auto* refusal = std::get_if<Refusal>(&answer)) write_error(writer, refusal->error);
        if (const auto* reading = std::get_if<VideoReading>(&answer)) write_reading(writer, *reading);
    });
}

Result<VideoAnswer> decode_video_answer(ByteView payload, const VideoRequest& request)
{
    if (payload.size() > max_answer_bytes) return broken("answer: length");
    BinaryReader reader(payload);
    const auto kind = reader.number<std::uint8_t>();
    if (kind == reading_kind && reader.ok()) return read_reading(reader, request);
    if (kind == error_kind && reader.ok())
        if (auto error = read_error(reader)) return VideoAnswer{Refusal(std::move(*error))};
    return broken("answer: kind");
}

} // namespace stillwatch::sandbox
