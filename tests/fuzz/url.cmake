add_fuzz_target(url
    SOURCES core/url.cpp core/result.cpp
    FOREIGN Boost::url fmt::fmt PkgConfig::idn2
    LINK stillwatch_core)
