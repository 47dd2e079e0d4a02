add_fuzz_target(reference
    SOURCES matcher/reference_codec.cpp features/features_codec.cpp features/plausible.cpp features/weakness.cpp
        core/bytes.cpp core/digest.cpp core/fingerprint.cpp core/list_digests.cpp core/result.cpp
    FOREIGN PkgConfig::sodium nettle fmt::fmt
    LINK stillwatch_matcher)
