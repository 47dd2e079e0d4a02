#include "html/element.hpp"

#include "core/npos.hpp"
#include "core/refresh.hpp"
#include "html/attachments.hpp"
#include "html/attribute_names.hpp"
#include "html/base64.hpp"
#include "html/controls.hpp"
#include "html/listed.hpp"
#include "html/player.hpp"
#include "html/redirector.hpp"
#include "html/references.hpp"
#include "html/script_addresses.hpp"
#include "html/text.hpp"
#include "html/text_addresses.hpp"
#include "html/video_elements.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

constexpr std::size_t shortest_coded = 12; // of base64: "/a/b.jpg"
constexpr std::size_t longest_coded = 64U << 10U;

bool is_of_media(std::string_view element) noexcept
{
    return listed({"script", "video", "audio", "iframe", "embed", "object"}, element);
}

bool is_picture_property(std::string_view itemprop) noexcept
{
    return listed({"image", "thumbnail", "thumbnailurl", "contenturl", "photo", "logo", "primaryimageofpage"},
                  trimmed(itemprop));
}

void read_link(const Element& element, Candidates& out)
{
    const auto address = element.value("href");
    const auto type = element.value("type");
    for (auto rest = trimmed(element.value("rel")); !rest.empty();) {
        const auto rel = rest.substr(0, rest.find_first_of(blanks));
        rest = trimmed(rest.substr(rel.size()));
        if (same_name(rel, "stylesheet")) {
            out.add(Mechanism::css_import, LinkKind::page, address);
            return; // also of "alternate stylesheet"
        }
        if (listed({"icon", "apple-touch-icon", "apple-touch-icon-precomposed", "image_src", "mask-icon",
                    "apple-touch-startup-image", "fluid-icon"},
                   rel)) {
            out.add(Mechanism::link_rel, LinkKind::image, address);
        } else if (listed({"preload", "prefetch"}, rel)) {
            if (same_name(element.value("as"), "image"))
                out.add(Mechanism::link_rel, LinkKind::image, address);
            if (same_name(element.value("as"), "style"))
                out.add(Mechanism::css_import, LinkKind::page, address);
            out.add_set(Mechanism::link_rel, element.value("imagesrcset"));
            if (listed({"", "document", "fetch"}, element.value("as"))) add_control(address, out);
        } else if (same_name(rel, "prerender")) {
            add_control(address, out);
        } else if (same_name(rel, "manifest")) {
            out.add(Mechanism::manifest, LinkKind::page, address);
        } else if (listed({"next", "prev", "previous", "first", "last", "up", "contents", "canonical",
                           "alternate", "amphtml", "sitemap"},
                          rel)) {
            // oEmbed tells of the page's own picture, two documents a page.
            if (find_name(type, "oembed") == npos) out.add_by_suffix(Mechanism::link_rel, address);
        }
    }
}

void read_meta(const Element& element, Candidates& out)
{
    const auto content = element.value("content");
    if (same_name(trimmed(element.value("http-equiv")), "refresh")) {
        if (const auto address = refresh_address(content))
            out.add_by_suffix(Mechanism::meta_refresh, *address);
        return;
    }
    if (same_name(trimmed(element.value("name")), "referrer"))
        if (const auto policy = referrer_policy(content)) out.policy_of_document = policy;
    if (is_next_key(element.value("name"))) add_control(content, out);
    for (const auto* attribute : {"property", "name", "itemprop"}) {
        const auto name = trimmed(element.value(attribute));
        const bool speaks_of_picture = find_name(name, "image") != npos || find_name(name, "thumb") != npos ||
                                       listed({"contenturl", "photo", "logo", "og:logo"}, name);
        const bool is_measure = std::ranges::any_of(
            std::array<std::string_view, 6>{"width", "height", "type", "alt", "color", "count"},
            [&](auto end) { return ends_with_name(name, end); });
        if (!speaks_of_picture || is_measure || has_video_suffix(content)) continue;
        const bool is_named = listed({"og:image", "og:image:url", "og:image:secure_url", "twitter:image",
                                      "twitter:image:src", "image", "thumbnail", "thumbnailurl"},
                                     name);
        if (is_named || looks_like_address(content)) out.add(Mechanism::og_image, LinkKind::image, content);
        return;
    }
}

void read_track_element(const Element& element, Candidates& out)
{
    if (!listed({"subtitles", "captions", "descriptions"}, trimmed(element.value("kind"))))
        out.add(Mechanism::track, LinkKind::page, element.value("src"));
}

void read_frame(const Element& element, std::string_view address, Candidates& out)
{
    const bool is_picture = begins_with_name(trimmed(element.value("type")), "image/");
    if (!is_video_type(element.value("type"))) // else read_video_element() has it
        out.add_by_suffix(Mechanism::iframe, address, is_picture ? LinkKind::image : LinkKind::page);
    if (const auto markup = element.value("srcdoc"); !markup.empty()) out.documents.push_back(markup);
}

// A thumbnail says that the anchor around it leads to a picture.
void tie_to_anchor(const Element& img, Candidates& out)
{
    const auto place = out.items.awaits_thumbnail();
    if (place == Items::none || !is_thumbnail(img, out.list[place].reference)) return;
    auto& anchor = out.list[place];
    anchor.kind = LinkKind::image;
    anchor.worth = Worth::anchored;
    anchor.item = out.items.of_surrounding_anchor();
    out.items.used(anchor.item);
    out.items.open_anchor(anchor.item);
}

// What the element's own attributes mean. The number for further addresses of the same picture.
int read_named(const Element& element, Candidates& out)
{
    const auto name = element.name;
    int item = out.items.own();
    const auto value = [&](std::string_view attribute) { return element.value(attribute); };
    const auto is = [&](std::string_view one) { return same_name(name, one); };
    switch (name.empty() ? '\0' : lower(name.front())) {
    case 'a':
        if (is("a")) {
            const auto href = value("href");
            const auto address = out.led_to(Mechanism::a_href, href.empty() ? value("xlink:href") : href);
            const auto kind = kind_by_suffix(address, LinkKind::page);
            const bool is_picture = kind == LinkKind::image;
            const bool is_taken =
                out.add(Mechanism::a_href, kind, address, is_picture ? item : 0, Worth::anchored);
            out.items.open_anchor(is_picture && is_taken ? item : 0);
            if (kind == LinkKind::page && is_taken && may_lead_to_picture(element, address))
                out.items.await_thumbnail(out.list.size() - 1);
        }
        if (is("area")) out.add_by_suffix(Mechanism::a_href, out.led_to(Mechanism::a_href, value("href")));
        break;
    case 'b':
        if (is("base") && out.base.empty()) out.base = value("href");
        break;
    case 'e':
        if (is("embed")) read_frame(element, value("src"), out);
        break;
    case 'f':
        if (is("frame")) out.add_by_suffix(Mechanism::iframe, value("src"));
        if (is("feimage"))
            for (const auto* one : {"href", "xlink:href"})
                out.add(Mechanism::img_src, LinkKind::image, value(one));
        break;
    case 'i':
        if (is("img") || is("image")) {
            tie_to_anchor(element, out);
            item = out.items.of_img();
            for (const auto* one : {"src", "href", "xlink:href"})
                out.add(Mechanism::img_src, LinkKind::image, value(one), item);
            out.add_set(Mechanism::img_srcset, value("srcset"), item);
        } else if (is("iframe")) {
            read_frame(element, value("src"), out);
        } else if (is("input") && same_name(trimmed(value("type")), "image")) {
            out.add(Mechanism::img_src, LinkKind::image, value("src"), item);
        }
        break;
    case 'l':
        if (is("link")) read_link(element, out);
        break;
    case 'm':
        if (is("meta")) read_meta(element, out);
        break;
    case 'o':
        if (is("object")) read_frame(element, value("data"), out);
        break;
    case 'p':
        if (is("picture")) out.items.open_picture();
        break;
    case 's':
        if (is("source")) {
            item = out.items.of_source();
            out.add_set(Mechanism::picture, value("srcset"), item);
            // Of audio and video it names no picture, but where it ends like one.
            if (has_image_suffix(value("src")))
                out.add(Mechanism::picture, LinkKind::image, value("src"), item);
        }
        break;
    case 't':
        if (is("track")) read_track_element(element, out);
        break;
    case 'v':
        if (is("video")) out.add(Mechanism::video_poster, LinkKind::image, value("poster"), item);
        break;
    default: break;
    }
    const auto property = value("itemprop");
    if (property.empty() || is("meta") || !is_picture_property(property)) return item;
    for (const auto* one : {"content", "href", "src", "data"})
        if (looks_like_address(value(one)) && !has_video_suffix(value(one)))
            out.add(is("link") ? Mechanism::link_rel : Mechanism::attribute, LinkKind::image, value(one));
    return item;
}

void read_pictures(Mechanism mechanism, std::string_view name, std::string_view text, Candidates& out)
{
    static constexpr Characters markup("\"'<");
    if (text.find('.') == npos) return;
    if (is_wording(name)) return read_text(text, mechanism, Pages::left_out, out);
    if (markup.is_in(text)) return read_script(text, mechanism, BareNames::taken, out);
    for (const auto picture : picture_list(text))
        out.add(mechanism, LinkKind::image, picture);
}

// Lists, data and style sheets may name other pictures than the element's own: they belong to no item.
void read_data_attribute(const Element& element, int item, std::string_view name, std::string_view text,
                         Candidates& out)
{
    text = trimmed(text);
    if (text.size() < 2) return;
    if (find_name(name, "srcset") != npos) {
        out.add_set(Mechanism::lazy, text, item);
    } else if (text.front() == '{' || text.front() == '[') {
        read_json(text, Mechanism::lazy, JsonPlace::attribute, out);
    } else if (find_name(text, "url(") != npos) {
        out.add_css(Mechanism::lazy, text);
    } else if (same_name(name, "data-src") && same_name(element.name, "iframe")) {
        out.add_by_suffix(Mechanism::lazy, text);
    } else if (has_video_suffix(text)) {
        // read_video_attribute() takes it
    } else if (is_lazy_source(name) && looks_like_address(text) && text.find_first_of(blanks) == npos &&
               (!(is_of_media(element.name) ||
                  (same_name(element.name, "source") && out.items.of_video() != 0)) ||
                find_name(name, "poster") != npos || find_name(name, "thumb") != npos)) {
        out.add(Mechanism::lazy, LinkKind::image, text, item);
    } else {
        read_pictures(Mechanism::lazy, name, text, out);
    }
}

// Whether a value has any mark of an address: most have none.
bool may_hold_address(std::string_view text) noexcept
{
    static constexpr Characters marks("./?(");
    return marks.is_in(text);
}

// Addresses in base64, which only a script undoes.
void read_coded(std::string_view text, Candidates& out)
{
    static constexpr Characters of_others(" .:;,{}()<>\"'");
    if (text.size() > longest_coded || of_others.is_in(text)) return;
    auto decoded = text_in_base64(text, shortest_coded / 2);
    if (!decoded || decoded->find_first_of("./") == std::string::npos) return;
    const auto plain = trimmed(out.keep(*std::move(decoded)));
    if (plain.starts_with('[') || plain.starts_with('{'))
        return read_json(plain, Mechanism::lazy, JsonPlace::attribute, out);
    if (plain.starts_with('<')) return out.documents.push_back(plain);
    for (const auto picture : picture_list(plain))
        if (picture.find('/') != npos) out.add(Mechanism::lazy, LinkKind::image, picture);
    add_control(plain, out);
}

// An anchor that leads away, though its address ends like a picture: "/out/https://…/a.jpg".
bool is_redirector(const Element& element, std::string_view name, std::string_view text)
{
    if (!same_name(name, "href") || !listed({"a", "area"}, element.name) ||
        kind_by_suffix(text, LinkKind::page) == LinkKind::page)
        return false;
    const auto destination = destination_in(text);
    return destination && destination->is_all;
}

void read_common(const Element& element, int item, Candidates& out)
{
    const bool is_of_video = is_video_name(element.name) || same_name(element.name, "source");
    int video = is_of_video ? out.items.of_video() : 0;
    for (const auto& [name, text] : element.attributes) {
        if (out.is_full()) return;
        if (text.size() >= shortest_coded && begins_with_name(name, "data-")) read_coded(text, out);
        if (!may_hold_address(text) && !same_name(name, "background")) continue;
        if (is_redirector(element, name, text)) continue;
        if (!is_wording(name)) read_video_attribute(element, name, text, video, out);
        if (begins_with_name(name, "data-")) {
            read_data_attribute(element, item, name, text, out);
        } else if (same_name(name, "style")) {
            if (text.find('(') != npos) out.add_css(Mechanism::css_inline, text);
        } else if (same_name(name, "background")) {
            out.add(Mechanism::css_inline, LinkKind::image, text);
        } else if (same_name(name, "srcdoc")) {
            // a document of its own
        } else if (begins_with_name(name, "on") || begins_with_name(trimmed(text), "javascript:")) {
            read_script(text, Mechanism::attribute, BareNames::taken, out);
            read_handler(text, out);
        } else if (find_name(name, "srcset") != npos) {
            if (!listed({"img", "source", "link"}, element.name)) out.add_set(Mechanism::lazy, text, item);
        } else if (text.find("url(") != npos) {
            out.add_css(Mechanism::css_inline, text);
        } else {
            read_pictures(Mechanism::attribute, name, text, out);
        }
    }
}

// rel=noreferrer says it whatever the attribute says (HTML standard, 4.6.8).
std::optional<ReferrerPolicy> policy_of(const Element& element)
{
    // Most elements have neither.
    const bool tells = std::ranges::any_of(element.attributes, [](const Attribute& one) {
        return same_name(one.name, "rel") || same_name(one.name, "referrerpolicy");
    });
    if (!tells) return std::nullopt;
    const bool has_one = listed({"a", "area", "img", "iframe", "link", "image", "script"}, element.name);
    if (!has_one) return std::nullopt;
    if (listed({"a", "area"}, element.name))
        for (auto rest = trimmed(element.value("rel")); !rest.empty();) {
            const auto rel = rest.substr(0, rest.find_first_of(blanks));
            rest = trimmed(rest.substr(rel.size()));
            if (same_name(rel, "noreferrer")) return ReferrerPolicy::no_referrer;
        }
    const auto value = trimmed(element.value("referrerpolicy"));
    return value.find(',') == npos ? referrer_policy(value) : std::nullopt;
}

bool is_code(std::string_view type) noexcept
{
    return type.empty() || find_name(type, "javascript") != npos || find_name(type, "ecmascript") != npos ||
           same_name(type, "module");
}

} // namespace

std::string_view Element::value(std::string_view attribute) const noexcept
{
    for (const auto& one : attributes)
        if (same_name(one.name, attribute)) return one.value;
    return {};
}

void read_element(const Element& element, Candidates& out)
{
    out.policy = policy_of(element);
    read_controls(element, out);
    if (element.attributes.empty()) {
        if (same_name(element.name, "picture")) out.items.open_picture();
        if (same_name(element.name, "a")) out.items.open_anchor(0);
        out.policy.reset();
        return;
    }
    read_video_element(element, out);
    const int item = read_named(element, out);
    read_common(element, item, out);
    out.policy.reset();
}

void read_end(Candidates& out)
{
    close_form(out);
    if (out.scripts.empty()) return;
    read_joined(out.scripts, Mechanism::script, Leading::by_use, out);
    out.scripts.clear();
}

void read_script_element(std::string_view type, std::string_view text, Candidates& out)
{
    type = trimmed(type);
    const bool is_linked_data = find_name(type, "ld+json") != npos;
    const bool is_markup = find_name(type, "html") != npos || find_name(type, "template") != npos;
    if (!is_markup && may_configure_player(text))
        read_player(text, is_linked_data ? Mechanism::json_ld : Mechanism::player, out);
    if (is_code(type)) {
        read_script(text, Mechanism::script, BareNames::left_out, out);
        out.scripts.push_back(text);
    } else if (find_name(type, "json") != npos) {
        read_json(text, is_linked_data ? Mechanism::json_ld : Mechanism::script, JsonPlace::script, out);
    } else if (is_markup) {
        out.documents.push_back(text);
    } else {
        read_script(text, Mechanism::script, BareNames::left_out, out);
    }
}

} // namespace stillwatch::html
