if(STILLWATCH_FUZZ)
    find_package(OpenSSL 3.0 REQUIRED)
endif()
add_fuzz_target(time_stamp
    SOURCES
        core/bytes.cpp
        core/clock.cpp
        core/digest.cpp
        core/json.cpp
        core/merkle.cpp
        core/printable.cpp
        core/result.cpp
        evidence/sorted_json.cpp
        evidence/stamp_file.cpp
        net/time_stamp.cpp
    FOREIGN fmt::fmt Boost::json PkgConfig::nettle PkgConfig::sodium OpenSSL::Crypto
    LINK stillwatch_evidence)
