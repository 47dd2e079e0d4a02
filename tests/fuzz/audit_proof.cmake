add_fuzz_target(audit_proof
    SOURCES control/audit_tree.cpp core/merkle.cpp core/canonical_json.cpp core/json.cpp core/result.cpp core/bytes.cpp
        core/digest.cpp core/clock.cpp store/audit_line.cpp vault/signed_note.cpp vault/sign.cpp vault/sodium.cpp vault/secret.cpp
    FOREIGN Boost::json fmt::fmt PkgConfig::nettle PkgConfig::sodium
    LINK stillwatch_control)
