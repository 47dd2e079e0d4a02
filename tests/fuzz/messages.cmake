add_fuzz_target(messages
    SOURCES sandbox/answer_parts.cpp sandbox/message_contacts.cpp sandbox/message_faces.cpp sandbox/message_playlist.cpp sandbox/message_requests.cpp
        sandbox/message_times.cpp sandbox/messages.cpp features/features_codec.cpp features/plausible.cpp
        core/bytes.cpp core/clock.cpp core/contact_answers.cpp core/face.cpp core/fingerprint.cpp core/links.cpp core/printable.cpp core/result.cpp core/url.cpp
        core/url_inside.cpp core/url_layout.cpp
    FOREIGN fmt::fmt Boost::url PkgConfig::idn2 sodium
    LINK stillwatch_sandbox)
