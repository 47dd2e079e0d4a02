#pragma once

#include "html/candidates.hpp"
#include "html/element.hpp"

#include <string_view>

// Pages that no anchor leads to: what buttons, rows, jump lists and scripts name. Nothing is taken that would
// do something: log out, delete, vote, report, add, reply (also crawler/side_effects.hpp, which knows
// addresses only).
namespace stillwatch::html {

// Whether a variable, key or property of this name holds the address of what comes next: next, nextUrl,
// next_page_url, loadMoreUrl, prev.
bool is_next_key(std::string_view name);

// Whether a value is the address of a page by its looks: a path, a query or a whole address, and no file of
// another kind.
bool looks_like_page(std::string_view value) noexcept;

// Takes it where it looks like a page and does nothing.
void add_control(std::string_view reference, Candidates& out);

// Takes what the attributes of an element lead to, and follows the forms it belongs to.
void read_controls(const Element& element, Candidates& out);

// The form that is open ends, by its end tag or with the document: takes what it leads to.
void close_form(Candidates& out);

// Takes what a handler (onclick, "javascript:…") leads to.
void read_handler(std::string_view code, Candidates& out);

} // namespace stillwatch::html
