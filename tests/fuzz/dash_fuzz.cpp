#include "tests/fuzz/playlist_claims.hpp"
#include "videos/playlists/playlist.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

using namespace stillwatch;

// Any bytes as a presentation of DASH.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto base = Url::parse("https://v.example/a/list").value();
    const auto text =
        as_text(std::as_bytes(std::span(data, size)).first(std::min(size, videos::max_playlist_bytes)));
    fuzz::check_playlist(videos::read_dash(text, base));
    return 0;
}
