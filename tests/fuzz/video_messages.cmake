add_fuzz_target(video_messages
    SOURCES sandbox/answer_parts.cpp sandbox/video_messages.cpp core/bytes.cpp core/digest.cpp core/result.cpp core/video.cpp
    FOREIGN nettle sodium fmt::fmt
    LINK stillwatch_sandbox)
