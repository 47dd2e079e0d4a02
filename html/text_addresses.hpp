#pragma once

#include "html/candidates.hpp"

#include <string>
#include <string_view>
#include <vector>

// Addresses in what is no markup: prose, scripts, JSON, WebVTT. Linear scans that take what they understand.
namespace stillwatch::html {

// Longest reference that is looked for in a text; scripts and proses hold no longer ones.
inline constexpr std::size_t max_reference_bytes = 2083;

enum class Pages : unsigned char { left_out, taken };

// Addresses that begin with http:// or https://, decoded like markup; pictures and videos, and pages where
// they are taken.
void read_text(std::string_view text, Mechanism mechanism, Pages pages, Candidates& out);

// A file's name without any folder ("1.jpg"): an address in handlers and attributes, a piece of one in
// scripts.
enum class BareNames : unsigned char { left_out, taken };

// The picture addresses inside string literals, escapes undone. Literals that are joined with others are
// pieces.
void read_script(std::string_view code, Mechanism mechanism, BareNames bare, Candidates& out);

// Where a JSON text stands says how its strings are meant: those of a whole document may name pages too.
enum class JsonPlace : unsigned char { attribute, script, document };

// The strings that name pictures, by their ending or by their key; markup in strings is left in
// `out.documents`.
void read_json(std::string_view json, Mechanism mechanism, JsonPlace place, Candidates& out);

// The pictures that the cues of a WebVTT file name, with or without a media fragment (#xywh=…).
void read_track(std::string_view text, Candidates& out);

// The values of a list of addresses separated by blanks, commas or bars: a separator counts where what stands
// before it ends like a picture.
std::vector<std::string_view> picture_list(std::string_view text);

} // namespace stillwatch::html
