#pragma once

#include <string_view>

// What attributes hold, by their names and by what stands in them.
namespace stillwatch::html {

// In any case; `end` is lower case.
bool ends_with_name(std::string_view text, std::string_view end) noexcept;

// Attributes in which scripts for late loading keep a picture's address whatever it looks like. Any other
// data- attribute counts where its value ends like a picture.
bool is_lazy_source(std::string_view name) noexcept;

// "yes", "1" and the like are switches, not addresses.
bool looks_like_address(std::string_view value) noexcept;

// Attributes whose value is words: "holiday.jpg" there is what a picture is called and not where it is.
bool is_wording(std::string_view name) noexcept;

} // namespace stillwatch::html
