add_fuzz_target(alert
    SOURCES
        alerts/event.cpp
        alerts/mime.cpp
        alerts/render.cpp
        alerts/rules.cpp
        core/bytes.cpp
        core/clock.cpp
        core/digest.cpp
        core/fingerprint.cpp
        core/json.cpp
        core/match.cpp
        core/result.cpp
        core/url.cpp
        core/url_inside.cpp
        core/url_layout.cpp
    FOREIGN fmt::fmt sodium nettle Boost::json Boost::url PkgConfig::idn2
    LINK stillwatch_alerts)
