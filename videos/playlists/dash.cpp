#include "core/ascii.hpp"
#include "html/entities.hpp"
#include "html/scan.hpp"
#include "videos/playlists/dash_segments.hpp"
#include "videos/playlists/playlist.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

// DASH: periods hold adaptation sets, those hold representations, one for each quality; what an element says
// of segments holds for the elements in it. Entities that the document declares are not expanded, nothing of
// it is loaded (xlink).
namespace stillwatch::videos {

namespace {

constexpr std::size_t deepest = 16;
constexpr std::size_t most_entries = Playlist::max_segments; // of timelines and lists, all together
constexpr std::size_t longest_id = 256;
constexpr std::uint64_t largest_time = std::uint64_t{1} << 60U; // sums stay below 2^64
constexpr std::uint64_t largest_duration = largest_time / Playlist::max_segments;

template <class Number>
std::optional<Number> number(std::string_view text) noexcept
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

// "100-199": both ends belong to it.
std::optional<FileRange> range_of(std::string_view text) noexcept
{
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = number<std::uint64_t>(text.substr(0, dash));
    const auto last = number<std::uint64_t>(text.substr(dash + 1));
    constexpr std::uint64_t largest = std::uint64_t{1} << 50U;
    if (!first || !last || *last < *first || *last > largest) return std::nullopt;
    return FileRange{*first, *last - *first + 1};
}

// "PT1H2M3.5S" (ISO 8601, without years and months); 0 where it is none.
double seconds_of(std::string_view text) noexcept
{
    if (!text.starts_with('P')) return 0;
    text.remove_prefix(1);
    double seconds = 0;
    bool is_time = false;
    while (!text.empty()) {
        if (text.front() == 'T') {
            is_time = true;
            text.remove_prefix(1);
            continue;
        }
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const auto taken = static_cast<std::size_t>(end - text.data());
        if (error != std::errc{} || taken >= text.size()) return 0;
        const char unit = text[taken];
        text.remove_prefix(taken + 1);
        if (unit == 'D' && !is_time)
            seconds += 86'400 * value;
        else if (unit == 'H' && is_time)
            seconds += 3'600 * value;
        else if (unit == 'M' && is_time)
            seconds += 60 * value;
        else if (unit == 'S' && is_time)
            seconds += value;
        else
            return 0;
    }
    constexpr double longest = 366.0 * 86'400;
    return std::isfinite(seconds) && seconds > 0 ? std::min(seconds, longest) : 0;
}

bool begins_with(std::string_view text, std::string_view name) noexcept
{
    return text.size() >= name.size() && same_name(text.substr(0, name.size()), name);
}

class DashReader {
public:
    DashReader(std::string_view text, const Url& base) : scanner_(text), frames_{Frame{{}, base}} {}

    Playlist read() &&
    {
        std::vector<html::ScannedAttribute> attributes;
        while (const auto piece = scanner_.next_piece(true, &attributes)) {
            switch (piece->kind) {
            case html::ScannedPiece::Kind::comment: break;
            case html::ScannedPiece::Kind::text:
                is_known_ = html::append_decoded_xml(text_, piece->text) && is_known_;
                break;
            case html::ScannedPiece::Kind::cdata: text_ += piece->text; break;
            case html::ScannedPiece::Kind::tag:
                if (piece->tag.is_end) {
                    end(local_name(piece->tag.name));
                } else {
                    start(local_name(piece->tag.name), attributes);
                    if (piece->tag.is_self_closing) end(local_name(piece->tag.name));
                }
                break;
            }
            if (text_.size() > Url::max_bytes) forget_text();
        }
        return std::move(writer_).take();
    }

private:
    // An element that is open, with what it inherited.
    struct Frame {
        std::string_view name;
        Url base;
        bool has_base = false; // of its own: further ones are other places of the same
        SegmentInfo info{};
        std::string id{};
        std::string type{}; // contentType or mimeType
        std::string codecs{};
        std::uint64_t bits_per_second = 0;
        int width_px = 0;
        int height_px = 0;
        double period_seconds = 0;
        bool is_protected = false;
        bool is_for_tricks = false; // key frames only, for fast winding
    };

    static std::string_view local_name(std::string_view name) noexcept
    {
        return name.substr(name.find(':') + 1);
    }

    // Empty where it is not there, or holds what only the document would explain.
    static std::string value(const std::vector<html::ScannedAttribute>& attributes, std::string_view name)
    {
        for (const auto& one : attributes) {
            if (one.name != name) continue;
            std::string decoded;
            return html::append_decoded_xml(decoded, one.value) ? decoded : std::string();
        }
        return {};
    }

    void start(std::string_view name, const std::vector<html::ScannedAttribute>& attributes)
    {
        forget_text();
        const auto has = [&](std::string_view one) { return name == one; };
        if (has("MPD")) {
            writer_.playlist().is_live = value(attributes, "type") == "dynamic";
            frames_.back().period_seconds = seconds_of(value(attributes, "mediaPresentationDuration"));
        }
        if (has("ContentProtection")) frames_.back().is_protected = true;
        if (has("EssentialProperty") || has("SupplementalProperty"))
            frames_.back().is_for_tricks =
                frames_.back().is_for_tricks ||
                value(attributes, "schemeIdUri") == "http://dashif.org/guidelines/trickmode";
        if (has("Period") || has("AdaptationSet") || has("Representation")) open(name, attributes);
        if (has("SegmentTemplate") || has("SegmentList") || has("SegmentBase")) info(name, attributes);
        if (has("Initialization")) {
            frames_.back().info.initialization = value(attributes, "sourceURL");
            frames_.back().info.initialization_range = range_of(value(attributes, "range"));
        }
        if (has("SegmentURL")) listed(attributes);
        if (has("S")) timed(attributes);
    }

    void open(std::string_view name, const std::vector<html::ScannedAttribute>& attributes)
    {
        if (frames_.size() >= deepest) return writer_.left_out();
        auto frame = frames_.back();
        frame.name = name;
        frame.has_base = false;
        if (const auto text = value(attributes, "duration"); name == "Period" && !text.empty())
            frame.period_seconds = seconds_of(text);
        const auto take = [&](std::string& into, std::string_view attribute) {
            if (auto text = value(attributes, attribute); !text.empty()) into = std::move(text);
        };
        if (name != "Period") {
            if (name == "Representation") frame.id = value(attributes, "id").substr(0, longest_id);
            take(frame.type, "mimeType");
            take(frame.type, "contentType");
            take(frame.codecs, "codecs");
            if (const auto bits = number<std::uint64_t>(value(attributes, "bandwidth")))
                frame.bits_per_second = *bits;
            if (const auto side = number<std::uint16_t>(value(attributes, "width"))) frame.width_px = *side;
            if (const auto side = number<std::uint16_t>(value(attributes, "height"))) frame.height_px = *side;
        }
        frames_.push_back(std::move(frame));
    }

    void info(std::string_view name, const std::vector<html::ScannedAttribute>& attributes)
    {
        auto& info = frames_.back().info;
        const auto take = [&](std::uint64_t& into, std::string_view attribute) {
            if (const auto told = number<std::uint64_t>(value(attributes, attribute))) into = *told;
        };
        info.is_template = name == "SegmentTemplate";
        info.is_list = name == "SegmentList";
        take(info.timescale, "timescale");
        take(info.duration, "duration");
        take(info.start_number, "startNumber");
        info.timescale = std::max<std::uint64_t>(info.timescale, 1);
        info.duration = std::min(info.duration, largest_duration);
        if (auto media = value(attributes, "media"); !media.empty()) info.media = std::move(media);
        if (auto init = value(attributes, "initialization"); !init.empty())
            info.initialization = std::move(init);
        if (const auto index = range_of(value(attributes, "indexRange"))) info.index = index;
    }

    bool takes_entry()
    {
        if (++entries_ <= most_entries) return true;
        writer_.left_out();
        return false;
    }

    void listed(const std::vector<html::ScannedAttribute>& attributes)
    {
        if (!takes_entry()) return;
        auto& list = own(frames_.back().info.list, [](const SegmentInfo& info) { return info.list; });
        list.push_back({value(attributes, "media"), range_of(value(attributes, "mediaRange"))});
    }

    void timed(const std::vector<html::ScannedAttribute>& attributes)
    {
        if (!takes_entry()) return;
        auto& timeline =
            own(frames_.back().info.timeline, [](const SegmentInfo& info) { return info.timeline; });
        TimelineEntry entry;
        entry.time = number<std::uint64_t>(value(attributes, "t"));
        entry.duration = number<std::uint64_t>(value(attributes, "d")).value_or(0);
        entry.repeats = number<std::int64_t>(value(attributes, "r")).value_or(0);
        if (entry.duration > largest_duration || entry.time.value_or(0) > largest_time)
            return writer_.left_out();
        timeline.push_back(entry);
    }

    // The element's own, begun anew where it still has that of the element around.
    template <class List, class Of>
    List& own(std::shared_ptr<List>& list, const Of& of)
    {
        const bool is_inherited = frames_.size() > 1 && list == of(frames_[frames_.size() - 2].info);
        if (!list || is_inherited) list = std::make_shared<List>();
        return *list;
    }

    void end(std::string_view name)
    {
        auto& frame = frames_.back();
        if (name == "BaseURL" && is_known_ && !frame.has_base) {
            const auto url = Url::join(frame.base, trimmed(text_));
            if (url)
                frame.base = *url;
            else
                writer_.left_out();
            frame.has_base = true;
        }
        forget_text();
        if (frames_.size() < 2 || frame.name != name) return;
        if (name == "Representation") represent(frame);
        frames_.pop_back();
    }

    static std::string_view trimmed(std::string_view text) noexcept
    {
        const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
        while (!text.empty() && is_blank(text.front()))
            text.remove_prefix(1);
        while (!text.empty() && is_blank(text.back()))
            text.remove_suffix(1);
        return text;
    }

    void represent(const Frame& frame)
    {
        const bool is_other = begins_with(frame.type, "audio") || begins_with(frame.type, "text") ||
                              begins_with(frame.type, "application") || begins_with(frame.type, "image");
        if (is_other) return;
        const Representation representation{frame.id, frame.bits_per_second, frame.period_seconds,
                                            frame.base};
        auto* variant = variant_of(frame);
        if (!variant) return;
        variant->is_protected = variant->is_protected || frame.is_protected;
        if (variant->is_protected) {
            *variant = {.width_px = variant->width_px,
                        .height_px = variant->height_px,
                        .bits_per_second = variant->bits_per_second,
                        .has_key_frames_only = variant->has_key_frames_only,
                        .is_protected = true};
            return;
        }
        add_segments(frame.info, representation, *variant, writer_);
    }

    // A representation of an earlier period with the same name goes on in this one.
    Variant* variant_of(const Frame& frame)
    {
        auto& variants = writer_.playlist().variants;
        for (std::size_t i = 0; i < variants.size(); ++i) {
            const bool is_same = !frame.id.empty() && ids_[i] == frame.id &&
                                 variants[i].height_px == frame.height_px && variants[i].file.empty();
            if (is_same) return &variants[i];
        }
        Variant fresh;
        fresh.width_px = frame.width_px;
        fresh.height_px = frame.height_px;
        fresh.bits_per_second = frame.bits_per_second;
        fresh.has_key_frames_only = frame.is_for_tricks;
        auto* added = writer_.add(std::move(fresh));
        if (added) ids_.push_back(frame.id);
        return added;
    }

    void forget_text()
    {
        text_.clear();
        is_known_ = true;
    }

    html::TagScanner scanner_;
    std::vector<Frame> frames_;
    PlaylistWriter writer_;
    std::vector<std::string> ids_; // of the variants
    std::size_t entries_ = 0;
    std::string text_; // since the last tag
    bool is_known_ = true;
};

} // namespace

Playlist read_dash(std::string_view text, const Url& base)
{
    return DashReader(text, base).read();
}

} // namespace stillwatch::videos
