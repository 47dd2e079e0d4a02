#pragma once

#include "evidence/verify.hpp"

#include <string>
#include <vector>

namespace stillwatch::evidence {

// The name of the package that a later check's package says holds its bytes; empty: it holds them itself.
std::string refers_to(const VerifyReport& check);

// What the package of a later check says of the record that holds its bytes, and is not so in `first`: each
// as one line, "first package: its record is <urn:uuid:…>, the check refers to <urn:uuid:…>"; none: all is as
// it says. Both are packages that verify_package() read. Compared are the name of the first package, id,
// address, date and payload digest of its picture's record, the case, and who signed; and that the first one
// is the older.
std::vector<std::string> differences_from_first(const VerifyReport& check, const VerifyReport& first);

} // namespace stillwatch::evidence
