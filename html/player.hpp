#pragma once

#include "html/candidates.hpp"

#include <string_view>
#include <vector>

// Videos in the configuration of players (JW Player, video.js, Plyr, Flowplayer, hls.js, dash.js and what is
// like them), which stands in scripts, JSON and data- attributes.
namespace stillwatch::html {

// Whether it is worth being read so: most scripts name no video.
bool may_configure_player(std::string_view code) noexcept;

// What a script or JSON text names as videos: by their ending, by a type beside them ("video/mp4"), by the
// key or the function they are given to ("hls", loadSource). One list of sources is one item. Pages that
// embed a video (embedUrl of a VideoObject) are taken, too. Linear; nothing is run.
void read_player(std::string_view code, Mechanism mechanism, Candidates& out);

// The videos of an attribute's value or of a list in a string: "a.mp4", "[720p]/a.mp4,[480p]/b.mp4", by their
// ending.
std::vector<std::string_view> video_list(std::string_view text);

// "video/mp4", "application/x-mpegURL", "application/dash+xml".
bool is_video_type(std::string_view type) noexcept;

} // namespace stillwatch::html
