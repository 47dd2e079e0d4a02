#pragma once

#include "html/element.hpp"

#include <string_view>

// What markup names of videos. Their posters are pictures (html/element.cpp).
namespace stillwatch::html {

// What the element is there for: <video>, <source>, <object>, <embed>, <link>, <meta>.
void read_video_element(const Element& element, Candidates& out);

// What any attribute names by its ending or its own name: data-src, data-mp4, data-setup, handlers. `item`:
// of the element's videos, made with the first one; 0 before.
void read_video_attribute(const Element& element, std::string_view name, std::string_view text, int& item,
                          Candidates& out);

} // namespace stillwatch::html
