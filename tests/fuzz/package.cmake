if(STILLWATCH_FUZZ)
    pkg_check_modules(package_formats REQUIRED IMPORTED_TARGET libarchive libsodium zlib)
endif()
add_fuzz_target(package
    SOURCES
        core/bytes.cpp
        core/result.cpp
        packages/archive.cpp
        packages/inflate.cpp
        packages/pdf.cpp
        packages/pdf_dictionary.cpp
        packages/png_file.cpp
        packages/unpack.cpp
        pictures/sniff.cpp
    FOREIGN PkgConfig::package_formats fmt::fmt
    LINK stillwatch_packages)
