#include "core/ascii.hpp"
#include "core/npos.hpp"
#include "videos/playlists/playlist.hpp"
#include "videos/playlists/playlist_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

// HLS, by RFC 8216: a master playlist names variants, a media playlist the segments of one.
namespace stillwatch::videos {

namespace {

constexpr double longest_segment_seconds = 86'400;

// What a tag that begins with `name` says behind it, or nothing.
std::optional<std::string_view> tag(std::string_view line, std::string_view name) noexcept
{
    if (!line.starts_with(name)) return std::nullopt;
    line.remove_prefix(name.size());
    if (!line.empty() && line.front() != ':') return std::nullopt;
    return line.empty() ? line : line.substr(1);
}

std::string_view trimmed(std::string_view text) noexcept
{
    const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

// The value of an attribute of a list, without quotes (RFC 8216 section 4.2); empty where it is not there.
std::string_view attribute(std::string_view list, std::string_view name) noexcept
{
    while (!list.empty()) {
        const auto equals = list.find('=');
        if (equals == npos) return {};
        const auto key = trimmed(list.substr(0, equals));
        list.remove_prefix(equals + 1);
        std::string_view value;
        if (list.starts_with('"')) {
            const auto end = std::min(list.find('"', 1), list.size());
            value = list.substr(1, end - 1);
            list.remove_prefix(std::min(end + 1, list.size()));
        } else {
            value = trimmed(list.substr(0, list.find(',')));
        }
        list.remove_prefix(std::min(list.find(','), list.size()));
        if (!list.empty()) list.remove_prefix(1);
        if (key == name) return value;
    }
    return {};
}

template <class Number>
std::optional<Number> leading_number(std::string_view text) noexcept
{
    text = trimmed(text);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end == text.data()) return std::nullopt;
    return value;
}

double segment_seconds(std::string_view text) noexcept
{
    const auto value = leading_number<double>(text).value_or(0);
    return std::isfinite(value) && value > 0 ? std::min(value, longest_segment_seconds) : 0;
}

// "854x480"
std::pair<int, int> resolution(std::string_view text) noexcept
{
    const auto mark = text.find('x');
    if (mark == npos) return {0, 0};
    const auto width_px = leading_number<std::uint16_t>(text.substr(0, mark)).value_or(0);
    const auto height_px = leading_number<std::uint16_t>(text.substr(mark + 1)).value_or(0);
    return {width_px, height_px};
}

std::optional<std::array<std::byte, 16>> iv_of(std::string_view text)
{
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    std::array<std::byte, 16> iv{};
    if (text.empty() || text.size() > 2 * iv.size()) return std::nullopt;
    const auto padded = std::string(2 * iv.size() - text.size(), '0') + std::string(text);
    if (!from_hex(padded, iv)) return std::nullopt;
    return iv;
}

// Whether codecs are told and none of them is a picture's (RFC 6381).
bool is_sound(std::string_view codecs) noexcept
{
    if (codecs.empty()) return false;
    while (!codecs.empty()) {
        const auto one = trimmed(codecs.substr(0, codecs.find(',')));
        codecs.remove_prefix(std::min(codecs.find(','), codecs.size()));
        if (!codecs.empty()) codecs.remove_prefix(1);
        constexpr std::array<std::string_view, 8> of_sound{"mp4a", "ac-3", "ec-3",   "opus",
                                                           "flac", "alac", "vorbis", "stpp"};
        if (std::ranges::none_of(of_sound, [&](auto sound) { return one.starts_with(sound); })) return false;
    }
    return true;
}

class HlsReader {
public:
    HlsReader(std::string_view text, const Url& base) : rest_(text), base_(base) {}

    Playlist read() &&
    {
        while (!rest_.empty()) {
            const auto end = rest_.find('\n');
            const auto line = trimmed(rest_.substr(0, end));
            rest_.remove_prefix(end == npos ? rest_.size() : end + 1);
            if (line.empty()) continue;
            if (line.front() != '#')
                address(line);
            else
                master(line) || media(line);
        }
        if (!is_master_) finish();
        return std::move(writer_).take();
    }

private:
    // --- a master playlist ---
    bool master(std::string_view line)
    {
        if (const auto list = tag(line, "#EXT-X-STREAM-INF")) {
            is_master_ = true;
            awaited_ = variant_of(*list);
            is_awaited_sound_ =
                attribute(*list, "RESOLUTION").empty() && is_sound(attribute(*list, "CODECS"));
            return true;
        }
        if (const auto list = tag(line, "#EXT-X-I-FRAME-STREAM-INF")) {
            is_master_ = true;
            auto variant = variant_of(*list);
            variant.has_key_frames_only = true;
            named(std::move(variant), attribute(*list, "URI"));
            return true;
        }
        if (const auto list = tag(line, "#EXT-X-MEDIA")) {
            is_master_ = true;
            const auto reference = attribute(*list, "URI");
            if (attribute(*list, "TYPE") == "VIDEO" && !reference.empty()) named({}, reference);
            return true;
        }
        return false;
    }

    static Variant variant_of(std::string_view list)
    {
        Variant variant;
        std::tie(variant.width_px, variant.height_px) = resolution(attribute(list, "RESOLUTION"));
        variant.bits_per_second = leading_number<std::uint64_t>(attribute(list, "BANDWIDTH")).value_or(0);
        return variant;
    }

    void named(Variant variant, std::string_view reference)
    {
        auto playlist = writer_.address(base_, reference);
        if (!playlist) return;
        const auto is_same = [&](const Variant& other) { return other.playlist == *playlist; };
        if (std::ranges::any_of(writer_.playlist().variants, is_same)) return; // with other sound
        variant.playlist = *std::move(playlist);
        (void)writer_.add(std::move(variant)); // the writer says where there is no room
    }

    void address(std::string_view reference)
    {
        if (is_master_) {
            if (awaited_ && !is_awaited_sound_) named(*std::move(awaited_), reference);
            awaited_.reset();
            return;
        }
        segment(reference);
    }

    // --- a media playlist ---
    bool media(std::string_view line)
    {
        if (const auto text = tag(line, "#EXTINF")) {
            next_.seconds = segment_seconds(text->substr(0, text->find(',')));
        } else if (const auto range = tag(line, "#EXT-X-BYTERANGE")) {
            next_range_ = *range;
        } else if (const auto list = tag(line, "#EXT-X-MAP")) {
            map(*list);
        } else if (const auto key = tag(line, "#EXT-X-KEY")) {
            take_key(*key);
        } else if (const auto first = tag(line, "#EXT-X-MEDIA-SEQUENCE")) {
            sequence_ = leading_number<std::uint64_t>(*first).value_or(0);
        } else if (tag(line, "#EXT-X-DISCONTINUITY")) {
            next_.is_discontinuous = true;
        } else if (tag(line, "#EXT-X-GAP")) {
            is_gap_ = true;
        } else if (tag(line, "#EXT-X-I-FRAMES-ONLY")) {
            variant_.has_key_frames_only = true;
        } else if (tag(line, "#EXT-X-ENDLIST")) {
            has_ended_ = true;
        } else {
            return false;
        }
        return true;
    }

    void map(std::string_view list)
    {
        init_ = Segment::none;
        if (is_locked_) return;
        if (variant_.inits.size() >= most_inits_or_keys) return writer_.left_out();
        auto url = writer_.address(base_, attribute(list, "URI"));
        if (!url) return;
        InitSegment init{*std::move(url)};
        if (const auto text = attribute(list, "BYTERANGE"); !text.empty()) {
            init.range = range_of(text, init.url);
            if (!init.range) return writer_.left_out();
        }
        init_ = static_cast<std::uint32_t>(variant_.inits.size());
        variant_.inits.push_back(std::move(init));
    }

    // Of several for the same segments the one that everybody may have counts, where there is one.
    void take_key(std::string_view list)
    {
        const auto method = attribute(list, "METHOD");
        const auto format = attribute(list, "KEYFORMAT");
        const bool is_plain = method == "AES-128" && (format.empty() || format == "identity");
        const bool is_one_of_several = std::exchange(is_key_told_, true);
        if (is_one_of_several && !is_plain && key_ != Segment::none) return;
        key_ = Segment::none;
        is_locked_ = is_by_drm_ = method != "NONE" && !is_plain;
        if (!is_plain) return;
        if (variant_.keys.size() >= most_inits_or_keys) return lose_key();
        auto url = writer_.address(base_, attribute(list, "URI"));
        if (!url) return lose_key();
        SegmentKey key{*std::move(url)};
        if (const auto text = attribute(list, "IV"); !text.empty()) {
            key.iv = iv_of(text);
            if (!key.iv) return lose_key();
        }
        key_ = static_cast<std::uint32_t>(variant_.keys.size());
        variant_.keys.push_back(std::move(key));
    }

    // Without it the segments cannot be read, though nobody locked them.
    void lose_key()
    {
        is_locked_ = true;
        writer_.left_out();
    }

    // "length[@offset]"; without an offset it begins where the last part of the same file ended.
    std::optional<FileRange> range_of(std::string_view text, const std::string& url)
    {
        const auto mark = text.find('@');
        const auto length = leading_number<std::uint64_t>(text.substr(0, mark));
        auto& end = ends_[url];
        const auto offset =
            mark == npos ? std::optional(end) : leading_number<std::uint64_t>(text.substr(mark + 1));
        constexpr std::uint64_t largest = std::uint64_t{1} << 50U;
        if (!length || !offset || *length == 0 || *length > largest || *offset > largest) return std::nullopt;
        end = *offset + *length;
        return FileRange{*offset, *length};
    }

    void segment(std::string_view reference)
    {
        auto segment = std::exchange(next_, {});
        const auto range = std::exchange(next_range_, {});
        segment.sequence = sequence_++;
        is_key_told_ = false;
        variant_.is_protected = variant_.is_protected || is_by_drm_;
        if (std::exchange(is_gap_, false) || is_locked_ || !writer_.has_room()) {
            if (!writer_.has_room()) writer_.left_out();
            return;
        }
        auto url = writer_.address(base_, reference);
        if (!url) return;
        segment.url = *std::move(url);
        if (!range.empty()) {
            segment.range = range_of(range, segment.url);
            if (!segment.range) return writer_.left_out();
        }
        segment.init = init_;
        segment.key = key_;
        (void)writer_.add(variant_, std::move(segment)); // the writer says where there is no room
    }

    void finish()
    {
        writer_.playlist().is_live = !has_ended_;
        if (variant_.is_protected) { // nor what is in clear before it begins
            variant_.inits.clear();
            variant_.keys.clear();
            variant_.segments.clear();
        }
        (void)writer_.add(std::move(variant_)); // the first one: there is room
    }

    std::string_view rest_;
    const Url& base_;
    PlaylistWriter writer_;
    bool is_master_ = false;
    std::optional<Variant> awaited_; // whose address comes next
    bool is_awaited_sound_ = false;

    Variant variant_; // of a media playlist
    Segment next_;    // whose address comes next
    std::string_view next_range_;
    std::uint64_t sequence_ = 0;
    std::uint32_t init_ = Segment::none;
    std::uint32_t key_ = Segment::none;
    bool is_locked_ = false;   // what comes cannot be read
    bool is_by_drm_ = false;   // and may not be
    bool is_key_told_ = false; // since the last segment
    bool is_gap_ = false;
    bool has_ended_ = false;
    std::map<std::string, std::uint64_t> ends_; // of the last part of each file
};

} // namespace

Playlist read_hls(std::string_view text, const Url& base)
{
    return HlsReader(text, base).read();
}

} // namespace stillwatch::videos
