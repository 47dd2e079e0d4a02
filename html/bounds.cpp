#include "html/bounds.hpp"

#include "html/scan.hpp"
#include "html/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace stillwatch::html {

namespace {

// Formatting elements that were never closed are built again in each later paragraph.
constexpr std::size_t max_open_formatting = 64;
// Sums over all tags, in visits of open elements: about a tenth of a second of the tree builder.
constexpr std::size_t max_stack_visits = 20'000'000;
constexpr std::size_t max_formatting_visits = 1'000'000;

enum Trait : unsigned {
    ordinary = 0,
    is_void = 1U << 0U,       // never has content
    formatting = 1U << 1U,    // its end tag takes it out of the middle of the stack
    special = 1U << 2U,       // an ordinary end tag does not reach past it
    scope = 1U << 3U,         // no end tag of a block reaches past it
    item_scope = 1U << 4U,    // nor </li> past these
    table_part = 1U << 5U,    // its end tag reaches up to the table
    marker = 1U << 6U,        // formatting inside ends with it
    raw = 1U << 7U,           // its content is text
    self_closing = 1U << 8U,  // the next of its name ends it
    never_open = 1U << 9U,    // stands once in a document
    foreign_root = 1U << 10U, // <svg>, <math>
    html_inside = 1U << 11U,  // HTML again inside foreign content
    breakout = 1U << 12U,     // ends foreign content
    lone_end = 1U << 13U,     // its end tag takes out itself only
};

struct Element {
    std::string_view name;
    unsigned traits;
};

constexpr unsigned block = special | breakout;
constexpr unsigned empty = is_void | special;
constexpr std::array elements{
    Element{"a", formatting},
    Element{"address", special},
    Element{"annotation-xml", scope | html_inside},
    Element{"applet", special | scope | marker},
    Element{"area", empty},
    Element{"article", special},
    Element{"aside", special},
    Element{"b", formatting | breakout},
    Element{"base", empty},
    Element{"basefont", empty},
    Element{"bgsound", empty},
    Element{"big", formatting | breakout},
    Element{"blockquote", block},
    Element{"body", never_open | breakout},
    Element{"br", empty | breakout},
    Element{"button", special | scope},
    Element{"caption", special | scope | table_part | marker},
    Element{"center", block},
    Element{"code", formatting | breakout},
    Element{"col", empty},
    Element{"colgroup", special | table_part},
    Element{"dd", block | self_closing},
    Element{"desc", scope | html_inside},
    Element{"details", special},
    Element{"dir", special},
    Element{"div", block},
    Element{"dl", block},
    Element{"dt", block | self_closing},
    Element{"em", formatting | breakout},
    Element{"embed", empty | breakout},
    Element{"fieldset", special},
    Element{"figcaption", special},
    Element{"figure", special},
    Element{"font", formatting | breakout},
    Element{"footer", special},
    Element{"foreignobject", scope | html_inside},
    Element{"form", special | lone_end},
    Element{"frame", empty},
    Element{"frameset", special},
    Element{"h1", block},
    Element{"h2", block},
    Element{"h3", block},
    Element{"h4", block},
    Element{"h5", block},
    Element{"h6", block},
    Element{"head", never_open | breakout},
    Element{"header", special},
    Element{"hgroup", special},
    Element{"hr", empty | breakout},
    Element{"html", never_open},
    Element{"i", formatting | breakout},
    Element{"iframe", special | raw},
    Element{"image", empty},
    Element{"img", empty | breakout},
    Element{"input", empty},
    Element{"keygen", empty},
    Element{"li", block | self_closing},
    Element{"link", empty},
    Element{"listing", block},
    Element{"main", special},
    Element{"marquee", special | scope | marker},
    Element{"math", scope | foreign_root},
    Element{"menu", block},
    Element{"meta", empty | breakout},
    Element{"mi", scope | html_inside},
    Element{"mn", scope | html_inside},
    Element{"mo", scope | html_inside},
    Element{"ms", scope | html_inside},
    Element{"mtext", scope | html_inside},
    Element{"nav", special},
    Element{"nobr", formatting | breakout},
    Element{"noembed", special | raw},
    Element{"noframes", special | raw},
    Element{"noscript", special},
    Element{"object", special | scope | marker},
    Element{"ol", block | item_scope},
    Element{"optgroup", self_closing},
    Element{"option", self_closing},
    Element{"p", block | self_closing},
    Element{"param", empty},
    Element{"plaintext", special | raw},
    Element{"pre", block},
    Element{"ruby", breakout},
    Element{"s", formatting | breakout},
    Element{"script", special | raw},
    Element{"section", special},
    Element{"select", special | scope},
    Element{"small", formatting | breakout},
    Element{"source", empty},
    Element{"span", breakout},
    Element{"strike", formatting | breakout},
    Element{"strong", formatting | breakout},
    Element{"style", special | raw},
    Element{"sub", breakout},
    Element{"summary", special},
    Element{"sup", breakout},
    Element{"svg", scope | foreign_root},
    Element{"table", block | scope | table_part},
    Element{"tbody", special | table_part},
    Element{"td", special | scope | table_part | marker | self_closing},
    Element{"template", special | scope | marker},
    Element{"textarea", special | raw},
    Element{"tfoot", special | table_part},
    Element{"th", special | scope | table_part | marker | self_closing},
    Element{"thead", special | table_part},
    Element{"title", special | raw | html_inside},
    Element{"tr", special | table_part | self_closing},
    Element{"track", empty},
    Element{"tt", formatting | breakout},
    Element{"u", formatting | breakout},
    Element{"ul", block | item_scope},
    Element{"var", breakout},
    Element{"wbr", empty},
    Element{"xmp", special | raw},
};
static_assert(std::ranges::is_sorted(elements, {}, &Element::name));

constexpr std::size_t longest_name = 16;

unsigned traits_of(std::string_view name) noexcept
{
    if (name.size() > longest_name) return ordinary;
    std::array<char, longest_name> buffer{};
    std::ranges::transform(name, buffer.begin(), lower);
    const std::string_view small(buffer.data(), name.size());
    const auto found = std::ranges::lower_bound(elements, small, {}, &Element::name);
    return found != elements.end() && found->name == small ? found->traits : ordinary;
}

struct Open {
    std::string_view name;
    unsigned traits;
    bool is_foreign;
};

class OpenElements {
public:
    explicit OpenElements(const ExtractLimits& limits) : limits_(limits) {}

    // Content here is that of <svg> or <math> themselves.
    bool in_foreign() const noexcept
    {
        return !stack_.empty() && stack_.back().is_foreign && !(stack_.back().traits & html_inside);
    }

    bool has(std::string_view name) const noexcept
    {
        return std::ranges::any_of(stack_, [&](const Open& open) { return same_name(open.name, name); });
    }

    // False where a bound is passed.
    bool start(const ScannedTag& tag, unsigned traits)
    {
        if (traits & never_open) return (attributes_of_root_ += tag.attribute_count) <= limits_.max_attributes;
        if (traits & breakout)
            while (in_foreign()) pop_to(stack_.size() - 1);
        const bool is_foreign = in_foreign() || (traits & foreign_root) != 0;
        if (is_foreign ? tag.is_self_closing : (traits & is_void) != 0) return count();
        if (!stack_.empty() && (traits & self_closing) && same_name(stack_.back().name, tag.name))
            pop_to(stack_.size() - 1);
        if (!is_foreign && (same_name(tag.name, "a") || same_name(tag.name, "nobr"))) (void)end_formatting(tag.name);
        if (!is_foreign && (traits & (formatting | marker)))
            formatting_.push_back((traits & marker) ? marker_name : tag.name);
        stack_.push_back({tag.name, traits, is_foreign});
        return stack_.size() <= limits_.max_depth && count();
    }

    bool end(const ScannedTag& tag, unsigned traits)
    {
        if ((traits & formatting) && end_formatting(tag.name)) return count();
        const unsigned barrier = (traits & table_part)           ? unsigned{scope}
                                 : same_name(tag.name, "li")     ? scope | item_scope
                                 : (traits & (special | scope))  ? unsigned{scope}
                                                                 : scope | special;
        for (auto i = stack_.size(); i-- > 0;) {
            const auto& open = stack_[i];
            if (same_name(open.name, tag.name)) {
                if ((traits & lone_end) && !open.is_foreign)
                    stack_.erase(at(i));
                else
                    pop_to(i);
                break;
            }
            const bool is_inner_part = (traits & table_part) && (open.traits & table_part) &&
                                       !same_name(open.name, "table");
            if ((open.traits & barrier) && !is_inner_part) break;
        }
        return count();
    }

private:
    static constexpr std::string_view marker_name{};

    std::vector<Open>::iterator at(std::size_t i) { return stack_.begin() + static_cast<std::ptrdiff_t>(i); }

    // The end tag of a formatting element, or a second <a>. False where none waits for its end. One that a block
    // closed already waits to be built again and is only forgotten.
    bool end_formatting(std::string_view name)
    {
        auto waiting = formatting_.size();
        do {
            if (waiting == 0 || formatting_[--waiting] == marker_name) return false;
        } while (!same_name(formatting_[waiting], name));
        for (auto i = stack_.size(); i-- > 0;) {
            if (stack_[i].is_foreign || (stack_[i].traits & scope)) return true;
            if (!same_name(stack_[i].name, name)) continue;
            stack_.erase(at(i));
            break;
        }
        formatting_.erase(formatting_.begin() + static_cast<std::ptrdiff_t>(waiting));
        return true;
    }

    void pop_to(std::size_t size)
    {
        while (stack_.size() > size) {
            const bool is_marker = (stack_.back().traits & marker) && !stack_.back().is_foreign;
            stack_.pop_back();
            if (!is_marker) continue;
            while (!formatting_.empty() && formatting_.back() != marker_name) formatting_.pop_back();
            if (!formatting_.empty()) formatting_.pop_back();
        }
    }

    bool count() noexcept
    {
        stack_visits_ += stack_.size();
        formatting_visits_ += formatting_.size();
        return formatting_.size() <= max_open_formatting && stack_visits_ <= max_stack_visits &&
               formatting_visits_ <= max_formatting_visits;
    }

    const ExtractLimits& limits_;
    std::vector<Open> stack_;
    std::vector<std::string_view> formatting_; // opened and not ended, with a marker for each cell and the like
    std::size_t attributes_of_root_ = 0;
    std::size_t stack_visits_ = 0;
    std::size_t formatting_visits_ = 0;
};

} // namespace

bool is_within_bounds(std::string_view markup, const ExtractLimits& limits)
{
    OpenElements open(limits);
    TagScanner scanner(markup);
    while (const auto tag = scanner.next(open.in_foreign())) {
        if (tag->attribute_count > limits.max_attributes) return false;
        const auto traits = traits_of(tag->name);
        if (tag->is_end) {
            if (!open.end(*tag, traits)) return false;
        } else if ((traits & raw) && !open.in_foreign()) {
            // Inside <select> most of these are no elements, so that what looks like text may be tags.
            if (!same_name(tag->name, "script") && open.has("select")) return false;
            scanner.raw_text(tag->name);
        } else if (!open.start(*tag, traits)) {
            return false;
        }
    }
    return true;
}

} // namespace stillwatch::html
