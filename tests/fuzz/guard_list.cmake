add_fuzz_target(guard_list
    SOURCES
        cases/guard_list.cpp
        core/bytes.cpp
        core/digest.cpp
        core/fingerprint.cpp
        core/list_digests.cpp
        core/result.cpp
    FOREIGN fmt::fmt sodium nettle
    LINK stillwatch_cases)
