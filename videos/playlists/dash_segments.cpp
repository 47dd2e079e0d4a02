#include "videos/playlists/dash_segments.hpp"

#include "core/ascii.hpp"
#include "core/npos.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace stillwatch::videos {

namespace {

constexpr std::size_t widest = 20; // digits of a number
constexpr std::size_t longest_address = 8'192;

// "%05d" is 5; "" is 1; nothing where it is another format.
std::optional<std::size_t> width_of(std::string_view format) noexcept
{
    if (format.empty()) return 1;
    if (!format.starts_with("%0") || !format.ends_with('d')) return std::nullopt;
    const auto digits = format.substr(2, format.size() - 3);
    std::size_t width = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), width);
    if (error != std::errc{} || end != digits.data() + digits.size() || width > widest) return std::nullopt;
    return width;
}

std::string padded(std::uint64_t number, std::size_t width)
{
    auto text = std::to_string(number);
    return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

class SegmentAdder {
public:
    SegmentAdder(const SegmentInfo& info, const Representation& of, Variant& variant, PlaylistWriter& writer)
        : info_(info), of_(of), variant_(variant), writer_(writer), number_(info.start_number),
          init_(add_init())
    {
    }

    void add_listed()
    {
        if (!info_.list) return;
        for (const auto& one : *info_.list)
            if (!add(one.reference, one.range, info_.duration)) return;
    }

    void add_by_timeline()
    {
        std::uint64_t time = 0;
        const auto& entries = *info_.timeline;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto& entry = entries[i];
            if (entry.time) time = *entry.time;
            if (entry.duration == 0) return writer_.left_out();
            auto more = entry.repeats;
            if (more < 0)
                more = repeats_until(i + 1 < entries.size() ? entries[i + 1].time : std::nullopt, time,
                                     entry.duration);
            for (std::int64_t n = 0; n <= more; ++n) {
                if (!add_filled_in(time, entry.duration)) return;
                time += entry.duration;
            }
        }
    }

    void add_by_duration()
    {
        const double seconds = static_cast<double>(info_.duration) / static_cast<double>(info_.timescale);
        if (info_.duration == 0 || of_.period_seconds <= 0) return writer_.left_out();
        const double count = std::ceil(of_.period_seconds / seconds - 1e-6);
        const auto most = static_cast<double>(Playlist::max_segments) + 1;
        const auto segments = static_cast<std::uint64_t>(std::clamp(count, 1.0, most));
        for (std::uint64_t n = 0; n < segments; ++n)
            if (!add_filled_in(n * info_.duration, info_.duration)) return;
    }

private:
    std::uint32_t add_init()
    {
        if (info_.initialization.empty() && !info_.initialization_range) return Segment::none;
        const auto reference =
            info_.is_template ? filled_in(info_.initialization, of_, 0, 0) : info_.initialization;
        auto url = reference ? writer_.address(of_.base, *reference) : std::nullopt;
        if (!url || variant_.inits.size() >= most_inits_or_keys) {
            writer_.left_out();
            return Segment::none;
        }
        variant_.inits.push_back({*std::move(url), info_.initialization_range});
        return static_cast<std::uint32_t>(variant_.inits.size() - 1);
    }

    // How many more fit before `end`, or the end of the period.
    std::int64_t repeats_until(std::optional<std::uint64_t> end, std::uint64_t time, std::uint64_t duration)
    {
        constexpr auto most = static_cast<std::int64_t>(Playlist::max_segments);
        if (!end) {
            const double units = of_.period_seconds * static_cast<double>(info_.timescale);
            if (!(units > 0) || units > 9e18) {
                writer_.left_out();
                return 0;
            }
            end = static_cast<std::uint64_t>(units);
        }
        if (*end <= time + duration) return 0;
        return static_cast<std::int64_t>(
            std::min<std::uint64_t>((*end - time + duration - 1) / duration - 1, most));
    }

    bool add_filled_in(std::uint64_t time, std::uint64_t duration)
    {
        const auto reference = filled_in(info_.media, of_, number_, time);
        if (!reference) {
            writer_.left_out();
            return false;
        }
        return add(*reference, std::nullopt, duration);
    }

    bool add(const std::string& reference, std::optional<FileRange> range, std::uint64_t duration)
    {
        if (!writer_.has_room()) {
            writer_.left_out();
            return false;
        }
        auto url = writer_.address(of_.base, reference);
        if (!url) return false;
        Segment segment{*std::move(url), range};
        segment.seconds = static_cast<double>(duration) / static_cast<double>(info_.timescale);
        segment.sequence = number_++;
        segment.init = init_;
        segment.is_discontinuous = std::exchange(is_first_, false) && !variant_.segments.empty();
        return writer_.add(variant_, std::move(segment));
    }

    const SegmentInfo& info_;
    const Representation& of_;
    Variant& variant_;
    PlaylistWriter& writer_;
    std::uint64_t number_;
    std::uint32_t init_;
    bool is_first_ = true; // of its period
};

} // namespace

std::optional<std::string> filled_in(std::string_view pattern, const Representation& representation,
                                     std::uint64_t number, std::uint64_t time)
{
    std::string text;
    while (!pattern.empty()) {
        const auto mark = pattern.find('$');
        text += pattern.substr(0, mark);
        if (mark == npos) break;
        pattern.remove_prefix(mark + 1);
        const auto end = pattern.find('$');
        if (end == npos) return std::nullopt;
        auto name = pattern.substr(0, end);
        pattern.remove_prefix(end + 1);
        const auto format_at = name.find('%');
        const auto width = width_of(format_at == npos ? std::string_view() : name.substr(format_at));
        name = name.substr(0, format_at);
        if (!width) return std::nullopt;
        if (name.empty())
            text += '$';
        else if (name == "RepresentationID")
            text += representation.id;
        else if (name == "Number")
            text += padded(number, *width);
        else if (name == "Time")
            text += padded(time, *width);
        else if (name == "Bandwidth")
            text += padded(representation.bits_per_second, *width);
        else
            return std::nullopt; // $SubNumber$ is of low latency only
        if (text.size() > longest_address) return std::nullopt;
    }
    return text;
}

void add_segments(const SegmentInfo& info, const Representation& representation, Variant& variant,
                  PlaylistWriter& writer)
{
    if (!info.is_template && !info.is_list) { // one file, with an index of its own or none
        if (auto file = writer.address(representation.base, "")) {
            if (variant.file.empty()) variant.file = *std::move(file);
            variant.index = info.index;
        }
        if (!info.initialization_range) return;
        if (variant.inits.size() >= most_inits_or_keys) return writer.left_out();
        variant.inits.push_back({variant.file, info.initialization_range});
        return;
    }
    SegmentAdder adder(info, representation, variant, writer);
    if (info.is_list)
        adder.add_listed();
    else if (info.timeline)
        adder.add_by_timeline();
    else
        adder.add_by_duration();
}

} // namespace stillwatch::videos
