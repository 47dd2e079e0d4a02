#pragma once

#include "core/bytes.hpp"
#include "core/referrer_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillwatch {

// Where in a document an address stood. The names are those that `stillwatch links` prints.
enum class Mechanism : std::uint8_t {
    seed,         // the watch list itself
    redirect,     // Location of a 3xx answer
    a_href,       // <a href>, <area href>
    iframe,       // <iframe src>, <frame src>
    img_src,      // <img src>
    img_srcset,   // <img srcset>
    picture,      // <picture><source srcset|src>
    video_poster, // <video poster>
    lazy,         // data-src, data-original, data-srcset and their kin; JSON in data- attributes
    og_image,     // <meta property=og:image…>, twitter:image
    link_rel,     // <link rel=image_src|icon|preload as=image|next|prev…>
    css_inline,   // url() in a style attribute or a <style> element
    meta_refresh, // <meta http-equiv=refresh>, the Refresh header
    attribute,    // any other attribute that holds a picture's address, handlers included
    css,          // url() and image-set() in a style sheet file
    css_import,   // the style sheets themselves: <link rel=stylesheet>, @import
    manifest,     // <link rel=manifest> and what a web manifest names
    json_ld,      // <script type=application/ld+json>
    script,       // a string in any other script
    json,         // a JSON document
    feed,         // RSS and Atom
    sitemap,      // robots.txt, sitemap indexes, sitemaps and their pictures
    text,         // an address written out in text
    track,        // <track> and the pictures of a WebVTT file
    comment,      // a picture in a comment
    link_header,  // the Link header of the answer, Content-Location
    control, // a page that no anchor leads to: data-href, hx-get, <option value>, handlers, JSON of a page
    inline_data, // a picture that stands in the document itself: data: addresses, base64 in scripts and JSON
    video_src,   // <video src>, its <source src>
    og_video,    // <meta property=og:video…>, twitter:player:stream, itemprop=contentURL of a video
    player,      // a video in the configuration of a player: in scripts, JSON and data- attributes
};
inline constexpr std::size_t mechanism_count = static_cast<std::size_t>(Mechanism::player) + 1;
std::string_view name_of(Mechanism mechanism) noexcept;

// What the address is likely to be; the bytes decide when it was fetched. A page is whatever leads on: also
// style sheets, feeds, sitemaps, JSON, text. A video is a file or a playlist of one.
enum class LinkKind : std::uint8_t { page, image, video };
std::string_view name_of(LinkKind kind) noexcept;

// One address of a document, made absolute against its base; not yet checked: read it with Url::parse.
struct Link {
    Mechanism mechanism = Mechanism::a_href;
    LinkKind kind = LinkKind::page;
    std::string url;
    // Addresses of one document that show the same picture in other sizes, or the same video in other
    // qualities, have the same number, from 1; 0: alone.
    int item = 0;
    // What the element that names it lets be told of the document, where it says so.
    std::optional<ReferrerPolicy> policy{};

    friend bool operator==(const Link&, const Link&) = default;
};

// What a page asks for instead of showing what it is for.
enum class Wall : std::uint8_t {
    none,
    challenge, // a riddle, or a proof of not being a program
    login,
    age,    // whether its reader is of age
    riddle, // perhaps: what riddles show stands in ordinary pages as well, and counts with the status of an
            // error only
};
std::string_view name_of(Wall wall) noexcept;

// Whether a name that ends so, after its dot and in any case, is that of a picture.
bool is_picture_suffix(std::string_view suffix) noexcept;
// Likewise that of a video or a playlist of one.
bool is_video_suffix(std::string_view suffix) noexcept;

// Every address of a document in order of appearance, each (kind, url) once with its first mechanism. The
// addresses of one item share their places otherwise: the one most worth comparing first.
struct PageLinks {
    std::string charset;    // as used for decoding, lower case, for example "utf-8"
    bool truncated = false; // a bound was reached: bytes, nesting or number of links
    std::vector<Link> links;
    Wall wall = Wall::none;        // as the document itself shows
    std::vector<Bytes> pictures{}; // files that stand in the document, each named by a link (Url::inside)
    // Of a package, whose pictures come a few at a time: the number of the next one, 0: these are the last.
    std::uint32_t next_picture = 0;
    bool has_locked = false;                // something in it is under a password
    std::optional<ReferrerPolicy> policy{}; // what it lets be told of it, by <meta name=referrer>

    friend bool operator==(const PageLinks&, const PageLinks&) = default;
};

} // namespace stillwatch
