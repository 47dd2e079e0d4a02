#pragma once

#include <span>
#include <string_view>

namespace stillwatch::crawler {

// Whether following a link is likely to do something on the site: log out, report, delete, vote, buy.
// `segments` are those of the path, `query` comes without '?'. A path that ends like a picture file is none,
// whatever its folders are called: otherwise a folder named "report" would hide pictures.
bool has_side_effect(std::span<const std::string_view> segments, std::string_view query);

} // namespace stillwatch::crawler
