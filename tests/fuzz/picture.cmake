if(STILLWATCH_FUZZ)
    find_package(GIF 5.1 REQUIRED)
    include(${PROJECT_SOURCE_DIR}/cmake/opencv.cmake)
    find_opencv(core imgproc features2d)
    pkg_check_modules(picture_formats REQUIRED IMPORTED_TARGET
        libarchive libavif libde265 libheif libjpeg libjxl libopenjp2 libpng libsodium libtiff-4 libwebp libwebpdemux nettle zlib)
endif()
add_fuzz_target(picture
    SOURCES
        core/bytes.cpp
        core/digest.cpp
        core/fingerprint.cpp
        core/result.cpp
        features/sign_grid.cpp
        packages/archive.cpp
        packages/decode_package.cpp
        packages/inflate.cpp
        packages/pdf.cpp
        packages/pdf_dictionary.cpp
        packages/png_file.cpp
        packages/unpack.cpp
        pictures/containers.cpp
        pictures/decode.cpp
        pictures/decode_apng.cpp
        pictures/decode_avif.cpp
        pictures/decode_bmp.cpp
        pictures/decode_gif.cpp
        pictures/decode_heif.cpp
        pictures/decode_ico.cpp
        pictures/decode_jpeg.cpp
        pictures/decode_jpeg2000.cpp
        pictures/decode_jxl.cpp
        pictures/decode_mpo.cpp
        pictures/decode_png.cpp
        pictures/decode_ppm.cpp
        pictures/decode_tiff.cpp
        pictures/decode_webp.cpp
        features/descriptor.cpp
        pictures/exif.cpp
        pictures/frame_chooser.cpp
        pictures/hevc_plugin.cpp
        pictures/hevc_size.cpp
        pictures/layers.cpp
        features/extract.cpp
        features/layout.cpp
        features/local_features.cpp
        pictures/metadata.cpp
        pictures/orient.cpp
        features/pdq.cpp
        pictures/picture.cpp
        features/plausible.cpp
        pictures/sniff.cpp
        features/reduce_by_area.cpp
        features/trim.cpp
        pictures/unread_format.cpp
        features/working_frame.cpp
    FOREIGN PkgConfig::picture_formats GIF::GIF opencv::core opencv::imgproc opencv::features2d
        fmt::fmt
    LINK stillwatch_features)
