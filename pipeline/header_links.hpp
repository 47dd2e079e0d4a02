#pragma once

#include "core/fetch.hpp"
#include "core/links.hpp"

#include <vector>

namespace stillwatch::pipeline {

// Where an answer's headers lead, beside those of Link, which the reader of its page takes: its Refresh,
// with any status, as browsers follow it; and the address that Content-Location tells of what came with
// success, which is a link and never what an answer is known by: its sender may say anything.
std::vector<Link> header_links(const Fetched& answer);

} // namespace stillwatch::pipeline
