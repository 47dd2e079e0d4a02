#pragma once

#include "core/binary.hpp"
#include "core/contact_answers.hpp"

#include <optional>

// How answers about whom to write to are written into a worker's (sandbox/messages.hpp).
namespace stillwatch::sandbox {

void write_rdap(BinaryWriter& writer, const RdapAnswer& answer);
// Nothing where it is none, or not sound (core/contact_answers.hpp).
std::optional<RdapAnswer> read_rdap(BinaryReader& reader);

void write_security_txt(BinaryWriter& writer, const SecurityTxt& text);
std::optional<SecurityTxt> read_security_txt(BinaryReader& reader);

} // namespace stillwatch::sandbox
