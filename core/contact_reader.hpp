#pragma once

#include "core/async.hpp"
#include "core/contact_answers.hpp"
#include "core/inspector.hpp"

namespace stillwatch {

// Reads what registries and sites answer about whom to write to, in a restricted process. Errors: those of
// Inspector; malformed (no answer of that kind), too_large.
class ContactReader {
public:
    virtual ~ContactReader() = default;
    virtual Task<Result<RdapAnswer>> rdap(Document document) = 0;
    virtual Task<Result<SecurityTxt>> security_txt(Document document) = 0;
};

} // namespace stillwatch
