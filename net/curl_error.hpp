#pragma once

#include "core/result.hpp"

#include <curl/curl.h>

#include <string>
#include <string_view>

// libcurl's results as ours. Only sources of net/ include this header.
namespace stillwatch::net {

// What a failed transfer means for the caller, when nothing more is known than libcurl's code.
Errc errc_of(CURLcode code) noexcept;

// One line for the operator: what was tried, then libcurl's own text (`message`, or its name for the code
// when that is empty) without control characters and at most 300 bytes of it.
Error to_error(CURLcode code, std::string_view tried, std::string_view message);

} // namespace stillwatch::net
