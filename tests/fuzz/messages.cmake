add_fuzz_target(messages
    SOURCES sandbox/messages.cpp core/fingerprint.cpp core/links.cpp core/result.cpp
    FOREIGN fmt::fmt
    LINK stillwatch_sandbox)
