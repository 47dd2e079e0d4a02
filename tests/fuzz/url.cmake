add_fuzz_target(url
    SOURCES core/bytes.cpp core/url.cpp core/url_layout.cpp core/url_inside.cpp core/result.cpp
    FOREIGN Boost::url fmt::fmt PkgConfig::idn2 sodium
    LINK stillwatch_core)
