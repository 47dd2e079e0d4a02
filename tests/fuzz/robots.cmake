add_fuzz_target(robots
    SOURCES crawler/robots/robots.cpp crawler/robots/robots_pattern.cpp
    LINK stillwatch_crawler)
