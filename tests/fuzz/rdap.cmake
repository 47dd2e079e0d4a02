add_fuzz_target(rdap
    SOURCES
        core/bytes.cpp
        core/clock.cpp
        core/contact_answers.cpp
        core/json.cpp
        core/printable.cpp
        core/result.cpp
        core/url.cpp
        core/url_inside.cpp
        core/url_layout.cpp
        contacts/rdap.cpp
        contacts/security_txt.cpp
        followup/contacts.cpp
        followup/rdap_bootstrap.cpp
        followup/route.cpp
    FOREIGN fmt::fmt Boost::url Boost::json PkgConfig::idn2 sodium
    LINK stillwatch_contacts stillwatch_followup)
