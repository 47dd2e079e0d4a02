if(STILLWATCH_FUZZ)
    find_package(GIF 5.1 REQUIRED)
    include(${PROJECT_SOURCE_DIR}/cmake/opencv.cmake)
    find_opencv(core imgproc features2d)
    pkg_check_modules(picture_formats REQUIRED IMPORTED_TARGET
        libavif libjpeg libpng libsodium libtiff-4 libwebp libwebpdemux nettle)
endif()
add_fuzz_target(picture
    SOURCES
        core/bytes.cpp
        core/digest.cpp
        core/fingerprint.cpp
        core/result.cpp
        matcher/census.cpp
        matcher/containers.cpp
        matcher/decode.cpp
        matcher/decode_avif.cpp
        matcher/decode_bmp.cpp
        matcher/decode_gif.cpp
        matcher/decode_jpeg.cpp
        matcher/decode_png.cpp
        matcher/decode_tiff.cpp
        matcher/decode_webp.cpp
        matcher/descriptor.cpp
        matcher/exif.cpp
        matcher/extract.cpp
        matcher/local_features.cpp
        matcher/metadata.cpp
        matcher/orient.cpp
        matcher/pdq.cpp
        matcher/picture.cpp
        matcher/plausible.cpp
        matcher/sniff.cpp
        matcher/trim.cpp
        matcher/unread_format.cpp
        matcher/working_frame.cpp
    FOREIGN PkgConfig::picture_formats GIF::GIF opencv::core opencv::imgproc opencv::features2d
        fmt::fmt
    LINK stillwatch_matcher)
