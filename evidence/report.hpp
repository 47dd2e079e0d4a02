#pragma once

#include "evidence/verify.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stillwatch::evidence {

// A body taken out of a package, still content-encoded, and the name it gets: chosen here, never by the
// package. The ending says what the bytes are by their first bytes, or how they are encoded ("page.txt.br").
// A page is named as text: opening it must not run what it holds or call the site.
struct ExtractedBody {
    std::string name;
    Bytes bytes;
};
// "page…" and "picture…", as far as they came.
std::vector<ExtractedBody> bodies_of(const VerifyReport& report);

// What the package says and what is to be thought of it, line by line: a heading and its text. `names` are
// those of the files beside the report.
using ReportLines = std::vector<std::pair<std::string, std::string>>;
ReportLines report_lines(const VerifyReport& report, const std::vector<ExtractedBody>& bodies);

// For reading in a terminal or editor: control characters and those that turn the direction of text are
// shown, not obeyed.
std::string report_text(const ReportLines& lines);
// One HTML file without scripts, pictures, links or anything remote; every text is escaped.
std::string report_html(const ReportLines& lines);

} // namespace stillwatch::evidence
