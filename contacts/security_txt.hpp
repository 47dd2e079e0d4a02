#pragma once

#include "core/contact_answers.hpp"

#include <string_view>

// Hostile bytes: for the worker.
namespace stillwatch::contacts {

// Any text is one; what says nothing has no contacts.
SecurityTxt parse_security_txt(std::string_view text);

} // namespace stillwatch::contacts
