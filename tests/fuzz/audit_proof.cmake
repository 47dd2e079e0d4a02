add_fuzz_target(audit_proof
    SOURCES control/audit_proof.cpp core/merkle.cpp core/canonical_json.cpp core/json.cpp core/result.cpp core/bytes.cpp
        core/digest.cpp core/clock.cpp store/audit_line.cpp vault/signed_note.cpp vault/mac.cpp vault/p384.cpp vault/random.cpp vault/sign.cpp vault/sodium.cpp vault/secret.cpp
    FOREIGN Boost::json fmt::fmt PkgConfig::nettle hogweed gmp PkgConfig::sodium
    LINK stillwatch_control)
