add_fuzz_target(pin
    SOURCES cases/pin_attempts.cpp
    LINK stillwatch_cases)
