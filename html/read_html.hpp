#pragma once

#include "html/candidates.hpp"

#include <string_view>

namespace stillwatch::html {

// Whether the tags that the linear reader saw are those that a tree would have. The tree builder switches the
// tokenizer by the names of the tags alone but for some places (HTML section 13.2.6): inside <svg> and
// <math>, where <title>, <style> and the like hold markup and CDATA sections exist; inside <select>,
// <frameset> and <template> with columns, where it ignores tags. A document where one of them meets a tag
// that matters there, or that names a character reference unknown here, is `needs_tree`.
enum class Structure : unsigned char { is_plain, needs_tree };

// Takes every address of a document (UTF-8), in linear time, whatever its nesting: tags, style sheets,
// scripts, comments, text. Of comments only pictures: nobody sees the rest.
Structure read_html(std::string_view markup, Candidates& out);

} // namespace stillwatch::html
