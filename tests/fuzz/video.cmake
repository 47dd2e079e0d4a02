if(STILLWATCH_HAS_VIDEO)
    add_fuzz_target(video
        SOURCES
            core/bytes.cpp
            core/digest.cpp
            core/result.cpp
            core/video.cpp
            videos/container.cpp
            videos/decode/codecs.cpp
            videos/decode/demuxer.cpp
            videos/decode/draw.cpp
            videos/decode/file_input.cpp
            videos/decode/frame_decoder.cpp
            videos/decode/nearest.cpp
            videos/decode/passes.cpp
            videos/decode/video_decoder.cpp
            videos/frame_choice.cpp
            videos/key_frame_plan.cpp
            videos/orientation.cpp
            videos/range_set.cpp
        FOREIGN PkgConfig::ffmpeg nettle sodium fmt::fmt
        LINK stillwatch_video_decode)
endif()
