if(STILLWATCH_FUZZ)
    pkg_check_modules(gumbo REQUIRED IMPORTED_TARGET gumbo)
    pkg_check_modules(nettle REQUIRED IMPORTED_TARGET nettle)
    pkg_check_modules(icu REQUIRED IMPORTED_TARGET icu-i18n icu-uc)
endif()
add_fuzz_target(html
    SOURCES html/attachments.cpp html/attribute_names.cpp html/base64.cpp html/bounds.cpp html/candidates.cpp html/charset.cpp html/collect.cpp html/controls.cpp
        html/document_kind.cpp html/element.cpp html/entities.cpp html/extract.cpp html/file_marks.cpp html/forms.cpp html/inline_pictures.cpp html/link_header.cpp html/player.cpp
        html/read_html.cpp html/read_xml.cpp html/redirector.cpp html/references.cpp html/scan.cpp html/script_addresses.cpp html/script_calls.cpp
        html/script_reader.cpp html/script_tokens.cpp html/script_values.cpp html/text_addresses.cpp html/ties.cpp
        html/tree.cpp html/video_elements.cpp html/wall.cpp core/bytes.cpp core/digest.cpp core/links.cpp core/referrer_policy.cpp core/refresh.cpp core/result.cpp core/url.cpp core/url_layout.cpp core/url_inside.cpp
    FOREIGN Boost::url fmt::fmt PkgConfig::idn2 PkgConfig::gumbo PkgConfig::icu PkgConfig::nettle sodium
    LINK stillwatch_html)
