#pragma once

#include "core/links.hpp"
#include "html/tree.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch::html {

// An address as the document writes it.
struct Candidate {
    Mechanism mechanism;
    LinkKind kind;
    std::string_view reference;
};

// What a tree names, in order of appearance; views into the tree and into `decoded`.
struct Candidates {
    std::vector<Candidate> list;
    std::vector<std::string_view> documents; // markup inside attributes and texts: srcdoc, <noframes>
    std::string_view base;                   // href of the first <base> that has one
    bool is_whole = true;                    // false where max_candidates was reached
    std::deque<std::string> decoded;
};

Candidates collect(const Tree& tree, std::size_t max_candidates);

} // namespace stillwatch::html
