add_fuzz_target(chunked
    SOURCES core/chunked.cpp
    LINK stillwatch_core)
