if(STILLWATCH_FUZZ)
    pkg_check_modules(gumbo REQUIRED IMPORTED_TARGET gumbo)
    pkg_check_modules(icu REQUIRED IMPORTED_TARGET icu-uc)
endif()
add_fuzz_target(html
    SOURCES html/bounds.cpp html/charset.cpp html/collect.cpp html/extract.cpp html/flatten.cpp html/references.cpp
        html/scan.cpp html/tree.cpp core/links.cpp core/result.cpp core/url.cpp
    FOREIGN Boost::url fmt::fmt PkgConfig::idn2 PkgConfig::gumbo PkgConfig::icu
    LINK stillwatch_html)
