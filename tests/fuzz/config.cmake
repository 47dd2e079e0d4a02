add_fuzz_target(config
    SOURCES
        config/checks.cpp config/config.cpp config/document.cpp config/document_alerts.cpp config/document_channels.cpp config/document_notices.cpp
        config/document_sites.cpp config/nearest.cpp config/secret.cpp config/section.cpp config/tree.cpp
        core/clock.cpp core/digest.cpp core/result.cpp core/time_zone.cpp core/bytes.cpp core/url.cpp core/url_layout.cpp core/url_inside.cpp
    FOREIGN Boost::url fmt::fmt PkgConfig::idn2 PkgConfig::nettle PkgConfig::sodium
    LINK stillwatch_config)
