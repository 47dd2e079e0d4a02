#pragma once

#include "evidence/capture.hpp"

#include <string>
#include <string_view>

namespace stillwatch::evidence {

// The page that explains a package to a reader who knows nothing of it: what was found where and when, what
// the files are, what they prove and what not, how to check them. One HTML file that prints well; it shows no
// picture, loads nothing and runs nothing. `signing_key_id` is that of the key that signs the package.
std::string render_cover(const EvidenceSettings& settings, const EvidenceFacts& facts, const Capture& capture,
                         std::string_view signing_key_id);

} // namespace stillwatch::evidence
