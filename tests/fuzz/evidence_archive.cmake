add_fuzz_target(evidence_archive
    SOURCES
        core/bytes.cpp
        core/clock.cpp
        core/result.cpp
        evidence/gzip.cpp
        evidence/tar.cpp
        evidence/zip.cpp
    FOREIGN fmt::fmt PkgConfig::sodium deflate z
    LINK stillwatch_evidence)
