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
    html_in_svg = 1U << 11U,  // HTML again inside <svg>
    html_in_math = 1U << 12U, // HTML again inside <math>
    breakout = 1U << 13U,     // ends foreign content
    lone_end = 1U << 14U,     // its end tag takes out itself only
    ends_p = 1U << 15U,       // ends an open paragraph
    strict_end = 1U << 16U,   // its end tag counts at the top of the stack only
    unlisted = 1U << 17U,     // not in the table below
};

struct Element {
    std::string_view name;
    unsigned traits;
};

constexpr unsigned block = special | breakout;
constexpr unsigned empty = is_void | special;
constexpr std::array elements{
    Element{"a", formatting},
    Element{"address", special | ends_p},
    Element{"annotation-xml", html_in_math},
    Element{"applet", special | scope | marker},
    Element{"area", empty},
    Element{"article", special | ends_p},
    Element{"aside", special | ends_p},
    Element{"b", formatting | breakout},
    Element{"base", empty},
    Element{"basefont", empty},
    Element{"bgsound", empty},
    Element{"big", formatting | breakout},
    Element{"blockquote", block | ends_p},
    Element{"body", never_open | breakout},
    Element{"br", empty | breakout},
    Element{"button", special | scope},
    Element{"caption", special | scope | table_part | marker},
    Element{"center", block | ends_p},
    Element{"code", formatting | breakout},
    Element{"col", empty},
    Element{"colgroup", special | table_part},
    Element{"dd", block | self_closing | ends_p},
    Element{"desc", html_in_svg},
    Element{"details", special | ends_p},
    Element{"dir", special | ends_p},
    Element{"div", block | ends_p},
    Element{"dl", block | ends_p},
    Element{"dt", block | self_closing | ends_p},
    Element{"em", formatting | breakout},
    Element{"embed", empty | breakout},
    Element{"fieldset", special | ends_p},
    Element{"figcaption", special | ends_p},
    Element{"figure", special | ends_p},
    Element{"font", formatting},
    Element{"footer", special | ends_p},
    Element{"foreignobject", html_in_svg},
    Element{"form", special | lone_end | ends_p},
    Element{"frame", empty},
    Element{"frameset", special | scope | strict_end},
    Element{"h1", block | ends_p},
    Element{"h2", block | ends_p},
    Element{"h3", block | ends_p},
    Element{"h4", block | ends_p},
    Element{"h5", block | ends_p},
    Element{"h6", block | ends_p},
    Element{"head", never_open | breakout},
    Element{"header", special | ends_p},
    Element{"hgroup", special | ends_p},
    Element{"hr", empty | breakout | ends_p},
    Element{"html", never_open},
    Element{"i", formatting | breakout},
    Element{"iframe", special | raw},
    Element{"image", empty},
    Element{"img", empty | breakout},
    Element{"input", empty},
    Element{"keygen", empty},
    Element{"li", block | self_closing | ends_p},
    Element{"link", empty},
    Element{"listing", block | ends_p},
    Element{"main", special | ends_p},
    Element{"marquee", special | scope | marker},
    Element{"math", foreign_root},
    Element{"menu", block | ends_p},
    Element{"menuitem", empty},
    Element{"meta", empty | breakout},
    Element{"mi", html_in_math},
    Element{"mn", html_in_math},
    Element{"mo", html_in_math},
    Element{"ms", html_in_math},
    Element{"mtext", html_in_math},
    Element{"nav", special | ends_p},
    Element{"nobr", formatting | breakout},
    Element{"noembed", special | raw},
    Element{"noframes", special | raw},
    Element{"noscript", special | strict_end},
    Element{"object", special | scope | marker},
    Element{"ol", block | item_scope | ends_p},
    Element{"optgroup", ordinary},
    Element{"option", self_closing},
    Element{"p", block | self_closing | ends_p},
    Element{"param", empty},
    Element{"plaintext", special | raw | ends_p},
    Element{"pre", block | ends_p},
    Element{"ruby", breakout},
    Element{"s", formatting | breakout},
    Element{"script", special | raw},
    Element{"section", special | ends_p},
    Element{"select", special | scope},
    Element{"small", formatting | breakout},
    Element{"source", empty},
    Element{"span", breakout},
    Element{"strike", formatting | breakout},
    Element{"strong", formatting | breakout},
    Element{"style", special | raw},
    Element{"sub", breakout},
    Element{"summary", special | ends_p},
    Element{"sup", breakout},
    Element{"svg", foreign_root},
    Element{"table", block | scope | table_part | ends_p},
    Element{"tbody", special | table_part},
    Element{"td", special | scope | table_part | marker | self_closing},
    Element{"template", special | scope | marker},
    Element{"textarea", special | raw},
    Element{"tfoot", special | table_part},
    Element{"th", special | scope | table_part | marker | self_closing},
    Element{"thead", special | table_part},
    Element{"title", special | raw | html_in_svg},
    Element{"tr", special | table_part | self_closing},
    Element{"track", empty},
    Element{"tt", formatting | breakout},
    Element{"u", formatting | breakout},
    Element{"ul", block | item_scope | ends_p},
    Element{"var", breakout},
    Element{"wbr", empty},
    Element{"xmp", special | raw | ends_p},
};
static_assert(std::ranges::is_sorted(elements, {}, &Element::name));

constexpr std::size_t longest_name = 16;

unsigned traits_of(std::string_view name) noexcept
{
    if (name.size() > longest_name) return unlisted;
    std::array<char, longest_name> buffer{};
    std::ranges::transform(name, buffer.begin(), lower);
    const std::string_view small(buffer.data(), name.size());
    const auto found = std::ranges::lower_bound(elements, small, {}, &Element::name);
    return found != elements.end() && found->name == small ? found->traits : unsigned{unlisted};
}

enum class Content : unsigned char { html, svg, math };

struct Open {
    std::string_view name;
    unsigned traits;
    Content content; // what the element itself is

    bool is_foreign() const noexcept { return content != Content::html; }
    bool is(std::string_view other) const noexcept { return same_name(name, other); }
};

class OpenElements {
public:
    explicit OpenElements(const ExtractLimits& limits) : limits_(limits) {}

    // What a start tag here makes, but for those that break out.
    Content content() const noexcept
    {
        if (stack_.empty() || (stack_.back().traits & (html_in_svg | html_in_math))) return Content::html;
        return stack_.back().content;
    }

    bool in_foreign() const noexcept { return content() != Content::html; }

    // Places where a wrong guess about a tag could hide others: frame sets and <select>, which drop most
    // tags, columns right inside <template>, and elements that their attributes make HTML or not.
    bool is_doubtful(std::string_view name, unsigned traits) const noexcept
    {
        if (has("frameset"))
            return !same_name(name, "frame") && !same_name(name, "frameset") && !same_name(name, "noframes");
        if (in_foreign()) return same_name(name, "annotation-xml") || same_name(name, "font");
        if ((traits & (raw | foreign_root)) && !same_name(name, "script")) return has("select");
        if (begins_with_name(name, "col")) return has("template") && !in_table();
        return same_name(name, "isindex");
    }

    // False where a bound is passed.
    bool start(const ScannedTag& tag, unsigned traits)
    {
        if (traits & breakout)
            while (in_foreign())
                pop_to(stack_.size() - 1);
        auto content_here = content();
        if (content_here == Content::html) {
            if (traits & never_open)
                return (attributes_of_root_ += tag.attribute_count) <= limits_.max_attributes;
            if (ends_select(tag.name) && pop_select()) return count();
            end_paragraph(traits);
            if ((traits & is_void) || is_stray_table_part(tag.name, traits)) return count();
            traits &= ~unsigned{html_in_svg | html_in_math};
            if (!stack_.empty() && (traits & self_closing) && stack_.back().is(tag.name))
                pop_to(stack_.size() - 1);
            if (same_name(tag.name, "a") || same_name(tag.name, "nobr")) (void)end_formatting(tag.name);
            if (traits & (formatting | marker))
                formatting_.push_back((traits & marker) ? marker_name : tag.name);
            if (traits & foreign_root)
                content_here = same_name(tag.name, "svg") ? Content::svg : Content::math;
        } else {
            // Foreign elements mean nothing to HTML but where they hold HTML again.
            const unsigned html_inside =
                content_here == Content::svg ? unsigned{html_in_svg} : unsigned{html_in_math};
            traits = (traits & html_inside) ? html_inside | scope | special : traits & unlisted;
        }
        if (content_here != Content::html && tag.is_self_closing) return count();
        stack_.push_back({tag.name, traits, content_here});
        return stack_.size() <= limits_.max_depth && count();
    }

    void end_paragraph(unsigned traits)
    {
        if (traits & ends_p) pop_paragraph();
    }

    bool end(const ScannedTag& tag, unsigned traits)
    {
        // Misnested foreign content: whether it ends here decides how the tokenizer reads all that follows.
        if (!stack_.empty() && stack_.back().is_foreign() && !stack_.back().is(tag.name)) return false;
        if ((traits & formatting) && end_formatting(tag.name)) return count();
        if ((traits & strict_end) || ((traits & table_part) && !in_table())) {
            if (!stack_.empty() && stack_.back().is(tag.name)) pop_to(stack_.size() - 1);
            return count();
        }
        const unsigned barrier = (traits & table_part)          ? unsigned{scope}
                                 : same_name(tag.name, "li")    ? scope | item_scope
                                 : (traits & (special | scope)) ? unsigned{scope}
                                                                : scope | special;
        for (auto i = stack_.size(); i-- > 0;) {
            const auto& open = stack_[i];
            if (open.is(tag.name)) {
                if ((traits & lone_end) && !open.is_foreign())
                    stack_.erase(at(i));
                else
                    pop_to(i);
                break;
            }
            // The tree builder takes all names that it does not know for one and ends the innermost.
            if (traits & open.traits & unlisted) break;
            const bool is_inner_part =
                (traits & table_part) && (open.traits & table_part) && !open.is("table");
            if ((open.traits & barrier) && !is_inner_part) break;
        }
        return count();
    }

private:
    static constexpr std::string_view marker_name{};

    bool has(std::string_view name) const noexcept
    {
        return std::ranges::any_of(stack_, [&](const Open& open) { return open.is(name); });
    }

    // Inside a <table> with no <template> between: there the parts of tables mean what they say.
    bool in_table() const noexcept
    {
        for (auto i = stack_.size(); i-- > 0;) {
            if (stack_[i].is_foreign()) continue;
            if (stack_[i].is("table")) return true;
            if (stack_[i].is("template")) return false;
        }
        return false;
    }

    bool is_stray_table_part(std::string_view name, unsigned traits) const noexcept
    {
        return (traits & table_part) && !same_name(name, "table") && !has("table") && !has("template");
    }

    std::vector<Open>::iterator at(std::size_t i) { return stack_.begin() + static_cast<std::ptrdiff_t>(i); }

    // The end tag of a formatting element, or a second <a>: the "adoption agency", which gives up after eight
    // rounds. False where no such element waits for its end. One that a block closed already waits to be
    // built again and is only forgotten.
    bool end_formatting(std::string_view name)
    {
        auto waiting = formatting_.size();
        do {
            if (waiting == 0 || formatting_[--waiting] == marker_name) return false;
        } while (!same_name(formatting_[waiting], name));
        auto keep = stack_.size(); // up to the last special element inside
        int rounds = 1;
        for (auto i = stack_.size(); i-- > 0;) {
            if (stack_[i].traits & scope) return true;
            if (stack_[i].is(name)) {
                if (rounds >= 8) return true;
                pop_to(rounds == 1 ? i : keep);
                if (rounds > 1) stack_.erase(at(i));
                break;
            }
            if (!(stack_[i].traits & special)) continue;
            if (++rounds == 2) keep = i + 1;
        }
        formatting_.erase(formatting_.begin() + static_cast<std::ptrdiff_t>(waiting));
        return true;
    }

    static bool ends_select(std::string_view name) noexcept
    {
        return same_name(name, "select") || same_name(name, "input") || same_name(name, "keygen");
    }

    bool pop_select()
    {
        for (auto i = stack_.size(); i-- > 0;) {
            if (stack_[i].is("template")) return false;
            if (!stack_[i].is("select")) continue;
            pop_to(i);
            return true;
        }
        return false;
    }

    void pop_paragraph()
    {
        for (auto i = stack_.size(); i-- > 0 && !(stack_[i].traits & scope);)
            if (stack_[i].is("p")) return pop_to(i);
    }

    void pop_to(std::size_t size)
    {
        while (stack_.size() > size) {
            const bool is_marker = (stack_.back().traits & marker) && !stack_.back().is_foreign();
            stack_.pop_back();
            if (!is_marker) continue;
            while (!formatting_.empty() && formatting_.back() != marker_name)
                formatting_.pop_back();
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
    std::vector<std::string_view>
        formatting_; // opened and not ended, with a marker for each cell and the like
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
        } else if (open.is_doubtful(tag->name, traits)) {
            return false;
        } else if ((traits & raw) && !open.in_foreign()) {
            open.end_paragraph(traits);
            scanner.raw_text(tag->name);
        } else if (!open.start(*tag, traits)) {
            return false;
        }
    }
    return true;
}

} // namespace stillwatch::html
