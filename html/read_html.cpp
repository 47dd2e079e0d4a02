#include "html/read_html.hpp"

#include "core/npos.hpp"
#include "html/controls.hpp"
#include "html/element.hpp"
#include "html/entities.hpp"
#include "html/references.hpp"
#include "html/scan.hpp"
#include "html/text.hpp"
#include "html/text_addresses.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

// What the name of a tag means to the tokenizer or to what is_plain says.
enum class Role : unsigned char {
    none,
    raw,     // its content is text
    foreign, // <svg>, <math>
    holder,  // holds HTML again inside those
    select,
    frameset,
    template_,
    column,
};

struct Named {
    std::string_view name;
    Role role;
};

constexpr std::array roles{
    Named{"annotation-xml", Role::holder},
    Named{"col", Role::column},
    Named{"colgroup", Role::column},
    Named{"desc", Role::holder},
    Named{"foreignobject", Role::holder},
    Named{"frameset", Role::frameset},
    Named{"iframe", Role::raw},
    Named{"isindex", Role::frameset},
    Named{"math", Role::foreign},
    Named{"mi", Role::holder},
    Named{"mn", Role::holder},
    Named{"mo", Role::holder},
    Named{"ms", Role::holder},
    Named{"mtext", Role::holder},
    Named{"noembed", Role::raw},
    Named{"noframes", Role::raw},
    Named{"plaintext", Role::raw},
    Named{"script", Role::raw},
    Named{"select", Role::select},
    Named{"style", Role::raw},
    Named{"svg", Role::foreign},
    Named{"template", Role::template_},
    Named{"textarea", Role::raw},
    Named{"title", Role::raw},
    Named{"xmp", Role::raw},
};
static_assert(std::ranges::is_sorted(roles, {}, &Named::name));

constexpr std::size_t longest_name = 14;

// Which lengths the names of a letter have, a bit each: most tags end here.
constexpr std::array<unsigned, 32> lengths_by_letter = [] {
    std::array<unsigned, 32> lengths{};
    for (const auto& one : roles)
        lengths[static_cast<std::size_t>(one.name.front() & 31)] |= 1U << one.name.size();
    return lengths;
}();

Role role_of(std::string_view name) noexcept
{
    if (name.size() > longest_name || name.empty()) return Role::none;
    const auto letter = static_cast<std::size_t>(name.front() & 31);
    if ((lengths_by_letter[letter] & 1U << name.size()) == 0) return Role::none;
    std::array<char, longest_name> buffer{};
    std::ranges::transform(name, buffer.begin(), lower);
    const std::string_view small(buffer.data(), name.size());
    const auto found = std::ranges::lower_bound(roles, small, {}, &Named::name);
    return found != roles.end() && found->name == small ? found->role : Role::none;
}

enum class Place : unsigned char { document, comment };

class Reader {
public:
    Reader(std::string_view markup, Place place, Candidates& out) : scanner_(markup), place_(place), out_(out)
    {
    }

    Structure read()
    {
        while (const auto piece = scanner_.next_piece(foreign_ > 0, &scanned_)) {
            if (out_.is_full()) break;
            switch (piece->kind) {
            case ScannedPiece::Kind::text: text(piece->text); break;
            case ScannedPiece::Kind::comment: comment(piece->text); break;
            case ScannedPiece::Kind::cdata:
                structure_ = Structure::needs_tree;
                text(piece->text);
                break;
            case ScannedPiece::Kind::tag:
                if (piece->tag.is_end)
                    end(piece->tag);
                else
                    start(piece->tag);
                break;
            }
        }
        read_end(out_);
        return structure_;
    }

private:
    void text(std::string_view text) { read_text(text, Mechanism::text, Pages::taken, out_); }

    void comment(std::string_view text)
    {
        if (place_ == Place::comment || text.find('.') == npos) return;
        Candidates inside(out_.room());
        (void)Reader(text, Place::comment, inside).read();
        for (const auto& one : inside.list)
            if (one.kind != LinkKind::page && kind_by_suffix(one.reference, LinkKind::page) == one.kind)
                out_.add(Mechanism::comment, one.kind, out_.keep(std::string(one.reference)));
    }

    void end(const ScannedTag& tag)
    {
        out_.items.close(tag.name);
        if (out_.forms.is_open() && same_name(tag.name, "form")) close_form(out_);
        if (foreign_ == 0 && !in_select_) return;
        const auto role = role_of(tag.name);
        if (role == Role::foreign && foreign_ > 0) --foreign_;
        if (role == Role::select) in_select_ = false;
    }

    void start(const ScannedTag& tag)
    {
        const auto role = role_of(tag.name);
        follow(tag, role);
        attributes_.clear();
        for (const auto& [name, value] : scanned_)
            attributes_.push_back({name, decoded(value)});
        const Element element{tag.name, attributes_};
        read_element(element, out_);
        const bool is_raw =
            role == Role::raw && !(foreign_ > 0 && (tag.is_self_closing || !is_code(tag.name)));
        if (is_raw) raw(element, scanner_.raw_text(tag.name));
    }

    static bool is_code(std::string_view name) noexcept
    {
        return same_name(name, "script") || same_name(name, "style");
    }

    // Whether the tree builder would read on as we do.
    void follow(const ScannedTag& tag, Role role)
    {
        switch (role) {
        case Role::none: return;
        case Role::raw:
        case Role::holder:
            if (foreign_ > 0 || in_select_) structure_ = Structure::needs_tree;
            return;
        case Role::foreign:
            if (in_select_) structure_ = Structure::needs_tree;
            if (!tag.is_self_closing) ++foreign_;
            return;
        case Role::select: in_select_ = true; return;
        case Role::frameset: structure_ = Structure::needs_tree; return;
        case Role::template_:
            has_template_ = true;
            if (in_select_) structure_ = Structure::needs_tree;
            return;
        case Role::column:
            if (has_template_) structure_ = Structure::needs_tree;
            return;
        }
    }

    std::string_view decoded(std::string_view value)
    {
        if (value.find('&') == npos && value.find('\0') == npos) return value;
        std::string text;
        if (!append_decoded(text, value)) structure_ = Structure::needs_tree;
        return out_.keep(std::move(text));
    }

    // As the tokenizer passes it on: NUL becomes U+FFFD.
    std::string_view without_nul(std::string_view content)
    {
        if (content.find('\0') == npos) return content;
        std::string text;
        for (const char c : content)
            if (c == '\0')
                append_utf8(text, 0xFFFD);
            else
                text.push_back(c);
        return out_.keep(std::move(text));
    }

    void raw(const Element& element, std::string_view content)
    {
        if (content.empty()) return;
        content = without_nul(content);
        if (same_name(element.name, "script")) {
            read_script_element(element.value("type"), content, out_);
        } else if (same_name(element.name, "style")) {
            if (content.find('(') != npos || content.find('@') != npos)
                out_.add_css(Mechanism::css_inline, content);
        } else if (same_name(element.name, "noembed") || same_name(element.name, "noframes")) {
            out_.documents.push_back(content);
        } else {
            text(content);
        }
    }

    TagScanner scanner_;
    Place place_;
    Candidates& out_;
    std::vector<ScannedAttribute> scanned_;
    std::vector<Attribute> attributes_; // the same, decoded
    std::size_t foreign_ = 0;           // open <svg> and <math>
    bool in_select_ = false;
    bool has_template_ = false;
    Structure structure_ = Structure::is_plain;
};

} // namespace

Structure read_html(std::string_view markup, Candidates& out)
{
    return Reader(markup, Place::document, out).read();
}

} // namespace stillwatch::html
