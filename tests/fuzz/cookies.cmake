if(STILLWATCH_FUZZ)
    pkg_check_modules(psl REQUIRED IMPORTED_TARGET libpsl)
endif()
add_fuzz_target(cookies
    SOURCES crawler/cookies/cookie_jar.cpp crawler/cookies/public_suffix.cpp crawler/cookies/set_cookie.cpp
        crawler/referrer.cpp core/asio.cpp core/bytes.cpp core/referrer_policy.cpp core/refresh.cpp core/result.cpp core/url.cpp core/url_inside.cpp core/url_layout.cpp
    FOREIGN Boost::url fmt::fmt PkgConfig::idn2 PkgConfig::psl sodium
    LINK stillwatch_crawler)
