#pragma once

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::net {

// What an authority is asked (RFC 3161, TimeStampReq): version 1, the digest, a nonce of 64 bits, and the
// wish for its certificate. Nothing but the digest leaves the house.
struct TimeStampQuery {
    Bytes der; // to be sent as application/timestamp-query
};
TimeStampQuery make_time_stamp_query(const Sha256& digest);

// What an authority vouches for: the digest existed at that time.
struct TimeStamp {
    Timestamp at{};
    std::string authority; // subject of the certificate that signed, one line
    std::string serial;    // hexadecimal
    std::string policy;    // object identifier
};

struct TrustedRoots;

// The certificates that authorities are measured by; nothing of the system's own counts.
class TimeStampRoots {
public:
    // One or more certificates in PEM. Errors: malformed.
    static Result<TimeStampRoots> from_pem(std::string_view pem);
    const TrustedRoots& trusted() const noexcept { return *roots_; }

private:
    std::shared_ptr<const TrustedRoots> roots_;
};

// Checks a whole reply (TimeStampResp): granted, of this digest, of `query` where one is given (its nonce and
// policy), signed by a certificate whose only use is time stamping and that a chain ties to the roots at the
// time of the stamp. Errors: refused (the authority says no; the detail has its words), malformed, corrupt
// (what does not hold is named).
Result<TimeStamp> check_time_stamp(ByteView reply, const Sha256& digest, const TimeStampRoots& roots,
                                   const TimeStampQuery* query = nullptr);

} // namespace stillwatch::net
