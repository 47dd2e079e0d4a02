find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(brotlidec REQUIRED IMPORTED_TARGET libbrotlidec)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
add_fuzz_target(content_decoding
    SOURCES sandbox/content_decoding.cpp sandbox/gzip_file.cpp core/result.cpp
    FOREIGN ZLIB::ZLIB PkgConfig::brotlidec PkgConfig::deflate PkgConfig::zstd
    LINK stillwatch_sandbox)
