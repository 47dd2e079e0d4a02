#pragma once

#include "core/json.hpp"
#include "evidence/warc_read.hpp"

#include <span>
#include <string>
#include <vector>

namespace stillwatch::evidence {

// The exchanges of a package as its manifest divides them: redirects in order, then the answer itself. Empty
// where the manifest says that nothing came.
struct Chains {
    std::span<const ReadExchange> page;
    std::span<const ReadExchange> image;
    std::span<const ReadExchange> parts;                 // of a video, each an answer of its own
    std::vector<std::span<const ReadExchange>> styles{}; // of each style sheet
};

// Errors: corrupt (the WARC file holds more or fewer exchanges than the manifest tells of, or none of the
// picture).
Result<Chains> divide(const json::object& manifest, const WarcContent& warc);

// What the manifest says and the records do not bear out, each as one line for a person, "image_fetch.status:
// 200, the records say 404". Members that are the organisation's word alone (match, page_error …) are not
// looked at; members that nobody knows are named. `content_sha256` is compared where the picture came without
// content encoding.
std::vector<std::string> differences(const json::object& manifest, const WarcContent& warc,
                                     const Chains& chains);

} // namespace stillwatch::evidence
