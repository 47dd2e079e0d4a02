#pragma once

#include <cstdint>
#include <string_view>

namespace stillwatch::html {

// How a document is to be read.
enum class DocumentKind : std::uint8_t { html, xml, css, json, manifest, track, playlist, text };

// By the Content-Type's value, the path of its address and its first characters (UTF-8). A type that says
// nothing
// ("application/octet-stream") or too little ("text/plain") is overruled by them.
DocumentKind document_kind(std::string_view content_type, std::string_view path, std::string_view text);

} // namespace stillwatch::html
