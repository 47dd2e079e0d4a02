#pragma once

#include <optional>
#include <string_view>

namespace stillwatch {

// The address in the value of a Refresh header or of <meta http-equiv=refresh>, as browsers read both (the
// "shared declarative refresh steps" of the HTML standard): after a number of seconds, ';', ',' or a blank,
// with or without "url=" and quotes. Nothing where none stands there: the page is only loaded anew.
std::optional<std::string_view> refresh_address(std::string_view value) noexcept;

} // namespace stillwatch
