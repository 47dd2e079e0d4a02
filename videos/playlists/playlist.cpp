#include "videos/playlists/playlist.hpp"

#include "core/npos.hpp"
#include "videos/playlists/playlist_writer.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::videos {

namespace {

std::string_view without_mark(std::string_view text) noexcept
{
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')))
        text.remove_prefix(1);
    return text;
}

} // namespace

std::optional<std::string> PlaylistWriter::address(const Url& base, std::string_view reference)
{
    const auto url = Url::join(base, reference);
    if (!url || text_bytes_ + url->text().size() > Playlist::max_text_bytes) {
        left_out();
        return std::nullopt;
    }
    text_bytes_ += url->text().size();
    return url->text();
}

Variant* PlaylistWriter::add(Variant variant)
{
    if (playlist_.variants.size() >= Playlist::max_variants) {
        left_out();
        return nullptr;
    }
    playlist_.variants.push_back(std::move(variant));
    return &playlist_.variants.back();
}

bool PlaylistWriter::add(Variant& variant, Segment segment)
{
    if (!has_room()) {
        left_out();
        return false;
    }
    ++segments_;
    variant.segments.push_back(std::move(segment));
    return true;
}

Result<Playlist> read_playlist(ByteView document, std::string_view base)
{
    const auto url = Url::parse(base);
    if (!url) return Error{Errc::malformed, "base of the playlist: " + url.error().detail};
    const bool is_cut = document.size() > max_playlist_bytes;
    const auto text = without_mark(as_text(document.first(std::min(document.size(), max_playlist_bytes))));
    const bool is_hls = text.starts_with("#EXTM3U");
    if (!is_hls && (!text.starts_with('<') || text.substr(0, 4'096).find("<MPD") == npos))
        return Error{Errc::undecodable, "no playlist of a video"};
    auto playlist = is_hls ? read_hls(text, *url) : read_dash(text, *url);
    playlist.truncated = playlist.truncated || is_cut;
    return playlist;
}

} // namespace stillwatch::videos
