#pragma once

#include "html/candidates.hpp"
#include "html/tree.hpp"

namespace stillwatch::html {

// Takes what the elements of a tree name; views into the tree.
void collect(const Tree& tree, Candidates& out);

} // namespace stillwatch::html
