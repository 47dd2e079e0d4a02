#include "sandbox/message_playlist.hpp"

#include "core/url.hpp"

#include <algorithm>
#include <string>

namespace stillwatch::sandbox {

namespace {

// 0 is told where there is none: an empty range is none.
void write_range(BinaryWriter& writer, const std::optional<FileRange>& range)
{
    writer.number(range ? range->offset : std::uint64_t{0});
    writer.number(range ? range->length : std::uint64_t{0});
}

std::optional<FileRange> read_range(BinaryReader& reader)
{
    const auto offset = reader.number<std::uint64_t>();
    const auto length = reader.number<std::uint64_t>();
    if (length == 0) {
        if (offset != 0) reader.refuse();
        return std::nullopt;
    }
    if (offset + length < offset) reader.refuse();
    return FileRange{offset, length};
}

void write_video_side(BinaryWriter& writer, int side_px)
{
    writer.number(static_cast<std::uint16_t>(side_px));
}

int read_video_side(BinaryReader& reader)
{
    return reader.number<std::uint16_t>();
}

void write_key(BinaryWriter& writer, const SegmentKey& key)
{
    writer.text(key.url);
    writer.flag(key.iv.has_value());
    if (key.iv) writer.bytes(*key.iv);
}

void write_segment(BinaryWriter& writer, const Segment& segment)
{
    writer.text(segment.url);
    write_range(writer, segment.range);
    writer.real(segment.seconds);
    writer.number(segment.sequence);
    writer.number(segment.init);
    writer.number(segment.key);
    writer.flag(segment.is_discontinuous);
}

void write_variant(BinaryWriter& writer, const Variant& variant)
{
    writer.text(variant.playlist);
    writer.text(variant.file);
    write_range(writer, variant.index);
    write_video_side(writer, variant.width_px);
    write_video_side(writer, variant.height_px);
    writer.number(variant.bits_per_second);
    writer.flag(variant.has_key_frames_only);
    writer.flag(variant.is_protected);
    writer.number(static_cast<std::uint32_t>(variant.inits.size()));
    for (const auto& init : variant.inits) {
        writer.text(init.url);
        write_range(writer, init.range);
    }
    writer.number(static_cast<std::uint32_t>(variant.keys.size()));
    for (const auto& key : variant.keys)
        write_key(writer, key);
    writer.number(static_cast<std::uint32_t>(variant.segments.size()));
    for (const auto& segment : variant.segments)
        write_segment(writer, segment);
}

class Reader {
public:
    explicit Reader(BinaryReader& reader) : reader_(reader) {}

    Variant variant()
    {
        Variant variant;
        variant.playlist = address();
        variant.file = address();
        variant.index = read_range(reader_);
        variant.width_px = read_video_side(reader_);
        variant.height_px = read_video_side(reader_);
        variant.bits_per_second = reader_.number<std::uint64_t>();
        variant.has_key_frames_only = reader_.flag();
        variant.is_protected = reader_.flag();
        for (auto inits = reader_.count<std::uint32_t>(Playlist::max_segments); reader_.ok() && inits > 0;
             --inits) {
            InitSegment init{address()};
            init.range = read_range(reader_);
            variant.inits.push_back(std::move(init));
        }
        for (auto keys = reader_.count<std::uint32_t>(Playlist::max_segments); reader_.ok() && keys > 0;
             --keys)
            variant.keys.push_back(key());
        for (auto left = reader_.count<std::uint32_t>(Playlist::max_segments); reader_.ok() && left > 0;
             --left)
            variant.segments.push_back(segment(variant));
        const bool has_addresses = !variant.playlist.empty() || !variant.file.empty() ||
                                   !variant.inits.empty() || !variant.keys.empty() ||
                                   !variant.segments.empty();
        if (variant.is_protected && has_addresses) reader_.refuse();
        segments_ += variant.segments.size();
        if (segments_ > Playlist::max_segments) reader_.refuse();
        return variant;
    }

private:
    std::string address()
    {
        const auto text = reader_.text(Url::max_bytes);
        text_bytes_ += text.size();
        if (text_bytes_ > Playlist::max_text_bytes) reader_.refuse();
        return std::string(text);
    }

    SegmentKey key()
    {
        SegmentKey key{address()};
        if (!reader_.flag()) return key;
        auto& iv = key.iv.emplace();
        std::ranges::copy(reader_.bytes(iv.size()), iv.begin());
        return key;
    }

    Segment segment(const Variant& variant)
    {
        Segment segment{address()};
        segment.range = read_range(reader_);
        segment.seconds = reader_.real();
        segment.sequence = reader_.number<std::uint64_t>();
        segment.init = reader_.number<std::uint32_t>();
        segment.key = reader_.number<std::uint32_t>();
        segment.is_discontinuous = reader_.flag();
        const auto is_one_of = [](std::uint32_t at, std::size_t count) {
            return at == Segment::none || at < count;
        };
        if (segment.seconds < 0 || !is_one_of(segment.init, variant.inits.size()) ||
            !is_one_of(segment.key, variant.keys.size()))
            reader_.refuse();
        return segment;
    }

    BinaryReader& reader_;
    std::size_t segments_ = 0;
    std::size_t text_bytes_ = 0;
};

} // namespace

void write_playlist(BinaryWriter& writer, const Playlist& playlist)
{
    writer.flag(playlist.is_live);
    writer.flag(playlist.truncated);
    writer.number(static_cast<std::uint8_t>(playlist.variants.size()));
    for (const auto& variant : playlist.variants)
        write_variant(writer, variant);
}

std::optional<Playlist> read_playlist(BinaryReader& reader)
{
    Playlist playlist;
    playlist.is_live = reader.flag();
    playlist.truncated = reader.flag();
    Reader variants(reader);
    for (auto left = reader.count<std::uint8_t>(Playlist::max_variants); reader.ok() && left > 0; --left)
        playlist.variants.push_back(variants.variant());
    if (!reader.complete()) return std::nullopt;
    return playlist;
}

} // namespace stillwatch::sandbox
