#include "html/video_elements.hpp"

#include "core/npos.hpp"
#include "html/listed.hpp"
#include "html/player.hpp"
#include "html/references.hpp"
#include "html/text.hpp"
#include "html/text_addresses.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

bool is_audio(const Element& element) noexcept
{
    return same_name(element.name, "audio") ||
           (same_name(element.name, "source") && begins_with_name(trimmed(element.value("type")), "audio/"));
}

bool looks_like_address(std::string_view text) noexcept
{
    return text.find_first_of("/?") != npos && text.find_first_of(blanks) == npos;
}

void read_source(const Element& element, Candidates& out)
{
    if (is_audio(element)) return;
    const auto address = element.value("src");
    const int item = out.items.of_video();
    const bool is_video = item != 0 || is_video_type(element.value("type")) || has_video_suffix(address);
    if (is_video && !has_image_suffix(address)) out.add_video(Mechanism::video_src, address, item);
}

void read_meta(const Element& element, Candidates& out)
{
    const auto content = element.value("content");
    for (const auto* attribute : {"property", "name", "itemprop"}) {
        const auto name = trimmed(element.value(attribute));
        // What ends like none is the page of a player as a rule; its bytes decide.
        if (listed({"og:video", "og:video:url", "og:video:secure_url", "twitter:player", "embedurl"}, name))
            return out.add_by_suffix(Mechanism::og_video, content);
        if (same_name(name, "twitter:player:stream")) return out.add_video(Mechanism::og_video, content);
        if (same_name(name, "contenturl") && has_video_suffix(content))
            return out.add_video(Mechanism::og_video, content);
    }
}

void read_link(const Element& element, Candidates& out)
{
    const auto address = element.value("href");
    const bool is_loaded = listed({"preload", "prefetch"}, trimmed(element.value("rel"))) &&
                           same_name(element.value("as"), "video");
    if (is_loaded || is_video_type(element.value("type")) ||
        (same_name(trimmed(element.value("rel")), "video_src") && has_video_suffix(address)))
        out.add_video(Mechanism::link_rel, address);
}

// Attributes in which scripts keep a video. Without an ending that tells, "-mp4" does and "-video" may be the
// page of a player.
enum class Holds : unsigned char { unknown, video, page_or_video };
Holds held_by(const Element& element, std::string_view name, bool is_in_video) noexcept
{
    const auto key = name.substr(5); // behind "data-"
    if (listed({"mp4", "webm", "hls", "dash", "m3u8", "mpd", "hls-src", "hls-url", "mp4-src", "mp4-url",
                "webm-src", "video-mp4", "video-webm", "video-hls", "stream-url", "video-file"},
               key))
        return Holds::video;
    const bool is_lazy = listed({"src", "lazy-src", "original", "lazy", "source", "url"}, key);
    const bool is_source =
        same_name(element.name, "source") && (is_in_video || is_video_type(element.value("type")));
    if (is_lazy && (is_video_name(element.name) || is_source)) return Holds::video;
    if (listed({"video", "video-src", "video-url", "video-source", "video-link", "embed-url"}, key))
        return Holds::page_or_video;
    return Holds::unknown;
}

} // namespace

void read_video_element(const Element& element, Candidates& out)
{
    const auto name = element.name;
    const auto is = [&](std::string_view one) { return same_name(name, one); };
    const auto add_typed = [&](std::string_view address) {
        if (is_video_type(element.value("type"))) out.add_video(Mechanism::iframe, address);
    };
    switch (name.empty() ? '\0' : lower(name.front())) {
    case 'a':
    case 'v':
        if (is("audio")) out.items.end_video();
        if (!is_video_name(name)) break;
        out.items.open_video();
        out.add_video(Mechanism::video_src, element.value("src"), out.items.of_video());
        break;
    case 'e':
        if (is("embed")) add_typed(element.value("src"));
        break;
    case 'l':
        if (is("link")) read_link(element, out);
        break;
    case 'm':
        if (is("meta")) read_meta(element, out);
        break;
    case 'o':
        if (is("object")) add_typed(element.value("data"));
        break;
    case 's':
        if (is("source")) read_source(element, out);
        break;
    default: break;
    }
}

void read_video_attribute(const Element& element, std::string_view name, std::string_view text, int& item,
                          Candidates& out)
{
    if (listed({"img", "image", "script", "link", "meta", "style"}, element.name) || is_audio(element))
        return;
    text = trimmed(text);
    const bool is_data = begins_with_name(name, "data-");
    const bool is_config = text.starts_with('{') || text.starts_with('[');
    if (is_config || begins_with_name(name, "on") || begins_with_name(text, "javascript:")) {
        if (may_configure_player(text)) read_player(text, Mechanism::player, out);
        if (is_config && !text.starts_with('[')) return;
    }
    const bool is_of_video = is_video_name(element.name) || same_name(element.name, "source");
    const auto mechanism = is_of_video ? Mechanism::lazy : Mechanism::player;
    const auto add = [&](std::string_view address) {
        if (item == 0) {
            item = out.items.own() + 1; // that before it is of the element's pictures
            out.items.used(item);
        }
        out.add_video(mechanism, address, item);
    };
    const auto videos = video_list(text);
    for (const auto video : videos)
        add(video);
    if (!videos.empty() || !is_data || !looks_like_address(text) || has_image_suffix(text)) return;
    switch (held_by(element, name, out.items.of_video() != 0)) {
    case Holds::video: add(text); break;
    case Holds::page_or_video: out.add_by_suffix(Mechanism::player, text); break;
    case Holds::unknown: break;
    }
}

} // namespace stillwatch::html
