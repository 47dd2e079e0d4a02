if(STILLWATCH_FUZZ)
    pkg_check_modules(gumbo REQUIRED IMPORTED_TARGET gumbo)
    pkg_check_modules(icu REQUIRED IMPORTED_TARGET icu-i18n icu-uc)
endif()
add_fuzz_target(html
    SOURCES html/bounds.cpp html/candidates.cpp html/charset.cpp html/collect.cpp html/document_kind.cpp html/element.cpp
        html/entities.cpp html/extract.cpp html/link_header.cpp html/read_html.cpp html/read_xml.cpp html/references.cpp
        html/scan.cpp html/text_addresses.cpp html/ties.cpp html/tree.cpp html/wall.cpp core/links.cpp core/refresh.cpp core/result.cpp core/url.cpp
    FOREIGN Boost::url fmt::fmt PkgConfig::idn2 PkgConfig::gumbo PkgConfig::icu
    LINK stillwatch_html)
