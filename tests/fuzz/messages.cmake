add_fuzz_target(messages
    SOURCES sandbox/answer_parts.cpp sandbox/message_faces.cpp sandbox/message_playlist.cpp sandbox/message_requests.cpp sandbox/messages.cpp features/features_codec.cpp features/plausible.cpp
        core/fingerprint.cpp core/links.cpp core/result.cpp
    FOREIGN fmt::fmt
    LINK stillwatch_sandbox)
