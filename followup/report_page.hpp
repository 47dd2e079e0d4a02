#pragma once

#include "core/json.hpp"

#include <string>

namespace stillwatch::followup {

// A report (the reply of report.case, .hosts or .period) as a page to read and print: text, tables and bar
// charts as inline SVG. It loads nothing and runs nothing, and holds no picture and no name but the case's
// number.
std::string report_page(const json::object& report, const std::string& organisation);

// Its tables as CSV (RFC 4180), one table after the other with an empty line between, each under a header.
// What a spreadsheet would run as a formula is quoted with an apostrophe.
std::string report_csv(const json::object& report);

} // namespace stillwatch::followup
