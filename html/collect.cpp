#include "html/collect.hpp"

#include "html/references.hpp"
#include "html/text.hpp"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <optional>

namespace stillwatch::html {

namespace {

constexpr bool listed(std::initializer_list<std::string_view> names, std::string_view name) noexcept
{
    return std::ranges::any_of(names, [&](auto one) { return same_name(one, name); });
}

// Attributes in which scripts for late loading keep a picture's address whatever it looks like. Any other data-
// attribute counts where its value ends like a picture.
bool is_lazy_source(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 37> names{
        "actualsrc",  "background", "background-image", "bg",          "bg-image",  "bg-src",     "cover",
        "echo",       "fallback-src", "flickity-lazyload", "full",     "full-src",  "fullsrc",    "hi-res-src",
        "highres",    "image",      "image-src",        "img",         "img-src",   "large",      "large-file",
        "large-src",  "large_image", "lazy",       "lazy-original",    "lazy-src",    "lazyload",  "medium-file", "orig-file",
        "original",   "original-src", "poster",         "preview",     "src",       "thumb",      "thumbnail",
        "zoom-image"};
    static_assert(std::ranges::is_sorted(names));
    return std::ranges::binary_search(names, name.substr(5));
}

// "yes", "1" and the like are switches, not addresses.
bool looks_like_address(std::string_view value) noexcept
{
    return value.find_first_of("/?") != std::string_view::npos || has_image_suffix(value);
}

class Collector {
public:
    Collector(Candidates& out, std::size_t max_candidates) : out_(out), max_(max_candidates) {}

    bool is_full() const noexcept { return !out_.is_whole; }

    void element(const GumboNode& node, const GumboNode* parent)
    {
        const auto& element = node.v.element;
        switch (element.tag) {
        case GUMBO_TAG_A:
        case GUMBO_TAG_AREA: by_suffix(Mechanism::a_href, value(element, "href"), LinkKind::page); break;
        case GUMBO_TAG_BASE:
            if (out_.base.empty()) out_.base = value(element, "href");
            break;
        case GUMBO_TAG_EMBED: by_suffix(Mechanism::iframe, value(element, "src"), LinkKind::page); break;
        case GUMBO_TAG_FRAME: by_suffix(Mechanism::iframe, value(element, "src"), LinkKind::page); break;
        case GUMBO_TAG_IFRAME: frame(element); break;
        case GUMBO_TAG_IMAGE:
            add(Mechanism::img_src, LinkKind::image, value(element, "href"));
            add(Mechanism::img_src, LinkKind::image, value(element, "xlink:href"));
            break;
        case GUMBO_TAG_IMG:
            add(Mechanism::img_src, LinkKind::image, value(element, "src"));
            set(Mechanism::img_srcset, value(element, "srcset"));
            break;
        case GUMBO_TAG_INPUT:
            if (same_name(trimmed(value(element, "type")), "image"))
                add(Mechanism::img_src, LinkKind::image, value(element, "src"));
            break;
        case GUMBO_TAG_LINK: link(element); break;
        case GUMBO_TAG_META: meta(element); break;
        case GUMBO_TAG_NOEMBED:
        case GUMBO_TAG_NOFRAMES: out_.documents.push_back(text_of(element)); break;
        case GUMBO_TAG_OBJECT: by_suffix(Mechanism::iframe, value(element, "data"), LinkKind::page); break;
        case GUMBO_TAG_SOURCE: source(element, parent); break;
        case GUMBO_TAG_STYLE: style(text_of(element)); break;
        case GUMBO_TAG_VIDEO: add(Mechanism::video_poster, LinkKind::image, value(element, "poster")); break;
        default: break;
        }
        common_attributes(element);
    }

private:
    static std::string_view value(const GumboElement& element, const char* name)
    {
        const auto* attribute = gumbo_get_attribute(&element.attributes, name);
        return attribute ? std::string_view(attribute->value) : std::string_view{};
    }

    static std::string_view text_of(const GumboElement& element)
    {
        if (element.children.length == 0) return {};
        const auto& child = *static_cast<const GumboNode*>(element.children.data[0]);
        return child.type == GUMBO_NODE_TEXT ? std::string_view(child.v.text.text) : std::string_view{};
    }

    void add(Mechanism mechanism, LinkKind kind, std::string_view reference)
    {
        reference = trimmed(reference);
        if (reference.empty() || reference.starts_with('#')) return;
        if (out_.list.size() >= max_)
            out_.is_whole = false;
        else
            out_.list.push_back({mechanism, kind, reference});
    }

    void add_decoded(Mechanism mechanism, std::vector<std::string> references)
    {
        for (auto& reference : references) {
            if (is_full()) return;
            add(mechanism, LinkKind::image, out_.decoded.emplace_back(std::move(reference)));
        }
    }

    void by_suffix(Mechanism mechanism, std::string_view reference, LinkKind otherwise)
    {
        add(mechanism, has_image_suffix(reference) ? LinkKind::image : otherwise, reference);
    }

    void set(Mechanism mechanism, std::string_view text)
    {
        for (const auto address : srcset_addresses(text)) add(mechanism, LinkKind::image, address);
    }

    void style(std::string_view css)
    {
        if (css.find('(') != std::string_view::npos) add_decoded(Mechanism::css_inline, css_addresses(css));
    }

    void frame(const GumboElement& element)
    {
        by_suffix(Mechanism::iframe, value(element, "src"), LinkKind::page);
        if (const auto markup = value(element, "srcdoc"); !markup.empty()) out_.documents.push_back(markup);
    }

    // <source> of audio and video names no picture.
    void source(const GumboElement& element, const GumboNode* parent)
    {
        set(Mechanism::picture, value(element, "srcset"));
        const auto address = value(element, "src");
        const bool is_in_media = parent && (parent->v.element.tag == GUMBO_TAG_VIDEO ||
                                            parent->v.element.tag == GUMBO_TAG_AUDIO);
        if (!is_in_media && has_image_suffix(address)) add(Mechanism::picture, LinkKind::image, address);
    }

    void link(const GumboElement& element)
    {
        const auto address = value(element, "href");
        for (auto rest = trimmed(value(element, "rel")); !rest.empty();) {
            const auto rel = rest.substr(0, rest.find_first_of(blanks));
            rest = trimmed(rest.substr(rel.size()));
            if (listed({"icon", "apple-touch-icon", "apple-touch-icon-precomposed", "image_src", "mask-icon",
                        "apple-touch-startup-image", "fluid-icon"},
                       rel)) {
                add(Mechanism::link_rel, LinkKind::image, address);
            } else if (listed({"preload", "prefetch"}, rel)) {
                if (same_name(value(element, "as"), "image")) add(Mechanism::link_rel, LinkKind::image, address);
                set(Mechanism::link_rel, value(element, "imagesrcset"));
            } else if (listed({"next", "prev", "previous", "first", "last", "up", "contents", "canonical",
                               "alternate", "amphtml"},
                              rel)) {
                by_suffix(Mechanism::link_rel, address, LinkKind::page);
            }
        }
        if (listed({"image", "thumbnail", "thumbnailurl", "contenturl"}, value(element, "itemprop")))
            add(Mechanism::link_rel, LinkKind::image, address);
    }

    void meta(const GumboElement& element)
    {
        const auto content = value(element, "content");
        if (same_name(trimmed(value(element, "http-equiv")), "refresh")) {
            if (const auto address = refresh_address(content))
                by_suffix(Mechanism::meta_refresh, *address, LinkKind::page);
            return;
        }
        for (const auto* attribute : {"property", "name", "itemprop"}) {
            if (listed({"og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src",
                        "twitter:image0", "image", "thumbnail", "thumbnailurl", "contenturl",
                        "msapplication-tileimage"},
                       trimmed(value(element, attribute)))) {
                add(Mechanism::og_image, LinkKind::image, content);
                return;
            }
        }
    }

    void common_attributes(const GumboElement& element)
    {
        for (unsigned i = 0; i < element.attributes.length; ++i) {
            const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
            const std::string_view name(attribute.name);
            if (name == "style")
                style(attribute.value);
            else if (name == "background")
                add(Mechanism::css_inline, LinkKind::image, attribute.value);
            else if (name.starts_with("data-"))
                data_attribute(element, name, attribute.value);
        }
    }

    void data_attribute(const GumboElement& element, std::string_view name, std::string_view text)
    {
        text = trimmed(text);
        if (text.empty()) return;
        if (name.find("srcset") != std::string_view::npos) {
            set(Mechanism::lazy, text);
        } else if (text.starts_with('{') || text.starts_with('[')) {
            add_decoded(Mechanism::lazy, json_image_addresses(text));
        } else if (find_name(text, "url(") != std::string_view::npos) {
            add_decoded(Mechanism::lazy, css_addresses(text));
        } else if (name == "data-src" && element.tag == GUMBO_TAG_IFRAME) {
            by_suffix(Mechanism::lazy, text, LinkKind::page);
        } else if (has_image_suffix(text)) {
            add(Mechanism::lazy, LinkKind::image, text);
        } else if (is_lazy_source(name) && looks_like_address(text) && !is_of_media(element.tag)) {
            add(Mechanism::lazy, LinkKind::image, text);
        }
    }

    static bool is_of_media(GumboTag tag) noexcept
    {
        return tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_VIDEO || tag == GUMBO_TAG_AUDIO ||
               tag == GUMBO_TAG_IFRAME || tag == GUMBO_TAG_EMBED || tag == GUMBO_TAG_OBJECT;
    }

    Candidates& out_;
    std::size_t max_;
};

bool is_element(const GumboNode& node) noexcept
{
    return node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
}

} // namespace

Candidates collect(const Tree& tree, std::size_t max_candidates)
{
    Candidates candidates;
    Collector collector(candidates, max_candidates);
    struct Step {
        const GumboNode* node;
        unsigned next_child;
    };
    std::vector<Step> path{{&tree.root(), 0}};
    collector.element(tree.root(), nullptr);
    while (!path.empty() && !collector.is_full()) {
        auto& [node, next_child] = path.back();
        const auto& children = node->v.element.children;
        if (next_child == children.length) {
            path.pop_back();
            continue;
        }
        const auto& child = *static_cast<const GumboNode*>(children.data[next_child++]);
        if (!is_element(child)) continue;
        collector.element(child, node);
        path.push_back({&child, 0});
    }
    return candidates;
}

} // namespace stillwatch::html
