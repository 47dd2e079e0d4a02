if(STILLWATCH_FUZZ)
    pkg_check_modules(playlist_digests REQUIRED IMPORTED_TARGET nettle libsodium)
endif()
add_fuzz_target(dash
    SOURCES core/bytes.cpp core/digest.cpp core/result.cpp core/url.cpp core/url_layout.cpp core/url_inside.cpp videos/playlists/hls.cpp
        videos/playlists/playlist.cpp videos/playlists/dash.cpp videos/playlists/dash_segments.cpp videos/playlist_choice.cpp html/entities.cpp html/scan.cpp
    FOREIGN Boost::url fmt::fmt PkgConfig::idn2 PkgConfig::playlist_digests
    LINK stillwatch_playlists stillwatch_videos)
