#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stillwatch::html {

// What a hostile document becomes before the tree builder reads it: the tags of `markup` that have attributes
// which may name addresses, each closed at once and with those attributes only, and the style sheets. Takes
// linear time; what follows after max_tags tags is left out.
struct FlatMarkup {
    std::string text;
    bool is_whole = true;
};
FlatMarkup flattened(std::string_view markup, std::size_t max_tags);

} // namespace stillwatch::html
