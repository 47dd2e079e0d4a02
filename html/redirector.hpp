#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stillwatch::html {

// Where an address of a redirector leads, as its query or path says.
struct Destination {
    // Absolute, http or https; or a path, "/a.jpg" or "//host/a.jpg", where base64 hid it.
    std::string address;
    // The address does nothing but lead there: nobody need ask for it. False where it tells the way back
    // ("login?return=…", "?ref=…"), which is a page of its own, and where base64 hid a path.
    bool is_all = true;
};

// Of "/redirect?to=https%3A%2F%2F…", "/out/aHR0cHM6Ly9…", "https://anonym.example/?https://…": any value that
// says an absolute address, plainly, percent-coded, in base64 or hexadecimal digits, up to three times over.
// The value that names it need not have a known name; base64 may hide a path or {"url":"…"} as well, and the
// fragment may say it.
std::optional<Destination> destination_in(std::string_view reference);

} // namespace stillwatch::html
