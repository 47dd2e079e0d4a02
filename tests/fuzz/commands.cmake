add_fuzz_target(commands
    SOURCES control/protocol.cpp core/json.cpp core/result.cpp
    FOREIGN Boost::json fmt::fmt
    LINK stillwatch_control)
