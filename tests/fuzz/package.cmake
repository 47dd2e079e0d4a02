if(STILLWATCH_FUZZ)
    pkg_check_modules(package_formats REQUIRED IMPORTED_TARGET libarchive libsodium nettle zlib)
endif()
add_fuzz_target(package
    SOURCES
        core/bytes.cpp
        core/digest.cpp
        core/links.cpp
        core/result.cpp
        core/url.cpp core/url_layout.cpp
        core/url_inside.cpp
        packages/archive.cpp
        packages/inflate.cpp
        packages/pdf.cpp
        packages/pdf_dictionary.cpp
        packages/pictures_inside.cpp
        packages/png_file.cpp
        packages/unpack.cpp
        pictures/sniff.cpp
    FOREIGN Boost::url PkgConfig::idn2 PkgConfig::package_formats fmt::fmt
    LINK stillwatch_packages)
