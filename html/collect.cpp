#include "html/collect.hpp"

#include "html/controls.hpp"
#include "html/element.hpp"
#include "html/text.hpp"

#include <gumbo.h>

#include <string>
#include <vector>

namespace stillwatch::html {

namespace {

bool is_element(const GumboNode& node) noexcept
{
    return node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
}

std::string_view text_of(const GumboElement& element)
{
    if (element.children.length == 0) return {};
    const auto& child = *static_cast<const GumboNode*>(element.children.data[0]);
    return child.type == GUMBO_NODE_TEXT ? std::string_view(child.v.text.text) : std::string_view{};
}

// Of an element that Gumbo has no name for, as written.
std::string_view name_of(const GumboElement& element)
{
    if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
    auto name = element.original_tag;
    gumbo_tag_from_original_text(&name);
    return {name.data == nullptr ? "" : name.data, name.length};
}

class Collector {
public:
    explicit Collector(Candidates& out) : out_(out) {}

    void element(const GumboElement& element)
    {
        attributes_.clear();
        for (unsigned i = 0; i < element.attributes.length; ++i) {
            const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
            attributes_.push_back({attribute.name, attribute.value});
        }
        const Element found{name_of(element), attributes_};
        read_element(found, out_);
        switch (element.tag) {
        case GUMBO_TAG_NOEMBED:
        case GUMBO_TAG_NOFRAMES:
            if (const auto markup = text_of(element); !markup.empty()) out_.documents.push_back(markup);
            break;
        case GUMBO_TAG_SCRIPT: read_script_element(found.value("type"), text_of(element), out_); break;
        case GUMBO_TAG_STYLE: out_.add_css(Mechanism::css_inline, text_of(element)); break;
        default: break;
        }
    }

    void end(const GumboElement& element)
    {
        out_.items.close(name_of(element));
        if (element.tag == GUMBO_TAG_FORM) close_form(out_);
    }

private:
    Candidates& out_;
    std::vector<Attribute> attributes_;
};

} // namespace

void collect(const Tree& tree, Candidates& out)
{
    Collector collector(out);
    out.items.begin_again();
    struct Step {
        const GumboNode* node;
        unsigned next_child;
    };
    std::vector<Step> path{{&tree.root(), 0}};
    collector.element(tree.root().v.element);
    while (!path.empty() && !out.is_full()) {
        auto& [node, next_child] = path.back();
        const auto& children = node->v.element.children;
        if (next_child == children.length) {
            collector.end(node->v.element);
            path.pop_back();
            continue;
        }
        const auto& child = *static_cast<const GumboNode*>(children.data[next_child++]);
        if (!is_element(child)) continue;
        collector.element(child.v.element);
        path.push_back({&child, 0});
    }
    read_end(out);
}

} // namespace stillwatch::html
