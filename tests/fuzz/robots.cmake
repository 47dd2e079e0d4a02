add_fuzz_target(robots
    SOURCES crawler/robots.cpp crawler/robots_pattern.cpp
    LINK stillwatch_crawler)
