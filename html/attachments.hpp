#pragma once

#include "html/element.hpp"

#include <string_view>

namespace stillwatch::html {

// Whether a reference is one of a board's attachments, which say by no ending what they are:
// "attachment.php?attachmentid=7", "/attachments/name-jpg.123/", "index.php?action=dlattach;attach=7",
// "download/file.php?id=7", "filedata/fetch?id=7".
bool is_attachment(std::string_view reference) noexcept;

// Whether an anchor that does not lead to a picture by its ending may do so: to an attachment, or to what a
// script shows over the page.
bool may_lead_to_picture(const Element& anchor, std::string_view reference) noexcept;

// Whether this <img> inside such an anchor is its thumbnail, and no icon of a kind of file.
bool is_thumbnail(const Element& img, std::string_view anchor_reference) noexcept;

} // namespace stillwatch::html
