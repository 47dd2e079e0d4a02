#pragma once

#include "core/playlist.hpp"
#include "core/url.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::videos {

// Of one variant; more is no film.
constexpr std::size_t most_inits_or_keys = 10'000;

// Keeps a playlist within its bounds while it is read. What does not fit, or is no address, sets
// Playlist::truncated.
class PlaylistWriter {
public:
    // The absolute address; nothing where it is none or there is no room for it.
    std::optional<std::string> address(const Url& base, std::string_view reference);
    // The new variant; null where there are too many.
    Variant* add(Variant variant);
    bool add(Variant& variant, Segment segment);
    bool has_room() const noexcept { return segments_ < Playlist::max_segments; }
    void left_out() noexcept { playlist_.truncated = true; }

    Playlist& playlist() noexcept { return playlist_; }
    Playlist take() && { return std::move(playlist_); }

private:
    Playlist playlist_;
    std::size_t segments_ = 0;
    std::size_t text_bytes_ = 0;
};

} // namespace stillwatch::videos
