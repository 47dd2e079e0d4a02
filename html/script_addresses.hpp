#pragma once

#include "html/candidates.hpp"

#include <span>
#include <string_view>

namespace stillwatch::html {

// Which texts of a script are taken for pages that it leads to.
enum class Leading : unsigned char {
    left_out,
    by_use,      // what is assigned to location, opened, loaded, or named as what comes next
    any_literal, // in handlers also what is given to any function: go('/more?page=5')
};

// Takes the addresses that the scripts of a document put together of constants (html/script_reader.hpp),
// markup that it writes included, and those it leads to. What stands in one literal is read_script()'s.
void read_joined(std::span<const std::string_view> scripts, Mechanism mechanism, Leading leading,
                 Candidates& out);

} // namespace stillwatch::html
