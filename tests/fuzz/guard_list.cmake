add_fuzz_target(guard_list
    SOURCES
        cases/guard_list.cpp
        cases/hash_list.cpp
        cases/hash_list_json.cpp
        cases/hash_list_ncmec.cpp
        core/bytes.cpp
        core/digest.cpp
        core/fingerprint.cpp
        core/json.cpp
        core/list_digests.cpp
        core/result.cpp
    FOREIGN fmt::fmt sodium nettle Boost::json
    LINK stillwatch_cases)
