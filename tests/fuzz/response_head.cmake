add_fuzz_target(response_head
    SOURCES net/response_head.cpp core/asio.cpp core/result.cpp
    FOREIGN fmt::fmt
    LINK stillwatch_net)
