#include "html/flatten.hpp"

#include "html/scan.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>
#include <bitset>

namespace stillwatch::html {

namespace {

constexpr std::size_t max_data_attributes = 64;

constexpr std::array<std::string_view, 18> link_attributes{
    "as",     "background", "content", "data", "href",   "http-equiv", "imagesrcset", "itemprop", "name",
    "poster", "property",   "rel",     "src",  "srcdoc", "srcset",     "style",       "type",     "xlink:href"};

constexpr std::array<std::string_view, 9> raw_elements{"script",   "style",  "textarea", "title",    "xmp",
                                                        "iframe",   "noembed", "noframes", "plaintext"};

// Elements whose meaning for an address lies in their name and that may stand anywhere; others become <div>.
constexpr std::array<std::string_view, 13> named_elements{"a",    "area",   "base",  "embed",  "iframe", "img", "input",
                                                          "link", "meta",   "object", "source", "video",  "image"};

constexpr std::array<std::string_view, 9> void_elements{"area", "base", "embed",  "img",  "input",
                                                        "link", "meta", "source", "image"};

template <std::size_t size>
constexpr std::size_t index_of(const std::array<std::string_view, size>& names, std::string_view name) noexcept
{
    const auto found = std::ranges::find_if(names, [&](auto one) { return same_name(one, name); });
    return static_cast<std::size_t>(found - names.begin());
}

template <std::size_t size>
constexpr bool holds(const std::array<std::string_view, size>& names, std::string_view name) noexcept
{
    return index_of(names, name) < size;
}

bool is_data_attribute(std::string_view name) noexcept
{
    return begins_with_name(name, "data-");
}

// The attributes of `tag` that matter, each name once, with a leading blank.
std::string kept_attributes(std::string_view attributes)
{
    std::string kept;
    std::bitset<link_attributes.size()> seen;
    std::size_t data_attributes = 0;
    while (const auto attribute = next_attribute(attributes)) {
        if (is_data_attribute(attribute->name)) {
            if (++data_attributes > max_data_attributes) continue;
        } else {
            const auto index = index_of(link_attributes, attribute->name);
            if (index >= seen.size() || seen.test(index)) continue;
            seen.set(index);
        }
        kept += ' ';
        kept += attribute->text;
    }
    return kept;
}

} // namespace

FlatMarkup flattened(std::string_view markup, std::size_t max_tags)
{
    FlatMarkup flat;
    TagScanner scanner(markup);
    std::size_t tags = 0;
    while (const auto tag = scanner.next()) {
        if (tag->is_end) continue;
        const bool is_raw = holds(raw_elements, tag->name);
        const auto content = is_raw ? scanner.raw_text(tag->name) : std::string_view{};
        const bool is_style = same_name(tag->name, "style");
        const auto attributes = kept_attributes(tag->attributes);
        if (attributes.empty() && !is_style) continue;
        if (++tags > max_tags) {
            flat.is_whole = false;
            break;
        }
        const std::string_view name = same_name(tag->name, "frame") ? "iframe"
                                      : is_style                    ? "style"
                                      : holds(named_elements, tag->name) ? tag->name
                                                                         : "div";
        flat.text += '<';
        flat.text += name;
        flat.text += attributes;
        flat.text += " >"; // the blank keeps an unquoted value apart from a slash before it
        if (is_style) flat.text += content;
        if (holds(void_elements, name)) continue;
        flat.text += "</";
        flat.text += name;
        flat.text += '>';
    }
    return flat;
}

} // namespace stillwatch::html
