#pragma once

#include "html/candidates.hpp"

#include <span>
#include <string_view>

namespace stillwatch::html {

// One attribute, character references decoded.
struct Attribute {
    std::string_view name;
    std::string_view value;
};

// A start tag, as the linear reader or the tree knows it. Names in any case.
struct Element {
    std::string_view name;
    std::span<const Attribute> attributes;

    // Empty where there is no such attribute; the first of that name counts. `name` in lower case.
    std::string_view value(std::string_view attribute) const noexcept;
};

// Takes the addresses that an element names in its attributes. Also of one without any: <picture> and <a> say
// which pictures are one item.
void read_element(const Element& element, Candidates& out);

// Takes those in the text of a <script> of this type, which is code, data or a template of markup.
void read_script_element(std::string_view type, std::string_view text, Candidates& out);

// The document ends: takes what only the end of a form, and all scripts together, say.
void read_end(Candidates& out);

} // namespace stillwatch::html
