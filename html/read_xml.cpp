#include "html/read_xml.hpp"

#include "core/npos.hpp"
#include "html/element.hpp"
#include "html/entities.hpp"
#include "html/listed.hpp"
#include "html/player.hpp"
#include "html/references.hpp"
#include "html/scan.hpp"
#include "html/text.hpp"
#include "html/text_addresses.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::html {

namespace {

std::string_view local_name(std::string_view name) noexcept
{
    return name.substr(name.find(':') + 1);
}

// Behind the document type, whose declarations may hold any mark.
std::string_view without_doctype(std::string_view markup) noexcept
{
    const auto begin = find_name(markup.substr(0, 4096), "<!doctype");
    if (begin == npos) return markup;
    const auto end = markup.find('>', begin);
    const auto inner = markup.find('[', begin);
    if (end == npos) return {};
    if (inner == npos || inner > end) return markup.substr(end + 1);
    for (auto close = markup.find(']', inner); close != npos; close = markup.find(']', close + 1)) {
        const auto rest = trimmed(markup.substr(close + 1, 64));
        if (rest.starts_with('>')) return markup.substr(markup.find('>', close) + 1);
    }
    return {};
}

class XmlReader {
public:
    explicit XmlReader(Candidates& out) : out_(out) {}

    void read(std::string_view markup)
    {
        TagScanner scanner(without_doctype(markup));
        while (const auto piece = scanner.next_piece(true)) {
            if (out_.is_full()) return;
            switch (piece->kind) {
            case ScannedPiece::Kind::comment: break;
            case ScannedPiece::Kind::text:
                is_known_ = append_decoded_xml(text_, piece->text) && is_known_;
                break;
            case ScannedPiece::Kind::cdata: text_ += piece->text; break;
            case ScannedPiece::Kind::tag:
                if (piece->tag.is_end)
                    end(piece->tag.name);
                else
                    start(piece->tag);
            }
        }
    }

private:
    void start(const ScannedTag& tag)
    {
        loose_text();
        const auto name = local_name(tag.name);
        attributes_.clear();
        for (auto rest = tag.attributes; const auto attribute = next_attribute(rest);) {
            auto value = attribute->value;
            if (value.find('&') != npos) {
                std::string decoded;
                const bool is_known = append_decoded_xml(decoded, value);
                value = is_known ? out_.keep(std::move(decoded)) : std::string_view{};
            }
            attributes_.push_back({attribute->name, value});
        }
        if (listed({"urlset", "sitemapindex"}, name)) mechanism_ = Mechanism::sitemap;
        const Element element{name, attributes_};
        if (!attributes_.empty()) named(element);
        inside_ = name;
    }

    void named(const Element& element)
    {
        const auto name = element.name;
        const auto value = [&](std::string_view attribute) { return element.value(attribute); };
        if (same_name(name, "link") && !value("rel").empty() && mechanism_ == Mechanism::feed) {
            link(element);
        } else if (listed({"enclosure", "content", "thumbnail"}, name)) {
            const bool is_picture = begins_with_name(value("type"), "image/") ||
                                    same_name(value("medium"), "image") || same_name(name, "thumbnail");
            const bool is_video = is_video_type(value("type")) || same_name(value("medium"), "video");
            for (const auto* one : {"url", "src"}) {
                if (is_picture || has_image_suffix(value(one)))
                    out_.add(mechanism_, LinkKind::image, value(one));
                else if (is_video || has_video_suffix(value(one)))
                    out_.add_video(mechanism_, value(one));
            }
        } else if (same_name(name, "image")) {
            for (const auto* one : {"href", "url", "xlink:href"})
                out_.add(mechanism_, LinkKind::image, value(one));
        } else {
            read_element(element, out_);
        }
    }

    void link(const Element& element)
    {
        const auto rel = trimmed(element.value("rel"));
        const auto type = element.value("type");
        const auto address = element.value("href");
        if (begins_with_name(type, "image/") || has_image_suffix(address))
            out_.add(mechanism_, LinkKind::image, address);
        else if (listed({"alternate", "next", "previous", "prev", "related", "first", "last"}, rel))
            out_.add(mechanism_, LinkKind::page, address);
    }

    void end(std::string_view tag_name)
    {
        const auto name = local_name(tag_name);
        if (!same_name(name, inside_)) return loose_text();
        const auto text = trimmed(text_);
        if (text.empty() || !is_known_) return clear();
        const bool is_image_namespace = begins_with_name(tag_name, "image:");
        if (same_name(name, "loc"))
            address(text, is_image_namespace ? LinkKind::image : LinkKind::page);
        else if (listed({"thumbnail_loc", "logo", "icon"}, name))
            address(text, LinkKind::image);
        else if (same_name(name, "content_loc")) // of <video:video>
            out_.add_video(mechanism_, out_.keep(std::string(text)));
        else if (listed({"link", "comments", "player_loc"}, name))
            address(text, LinkKind::page);
        else if (same_name(name, "url")) // <image><url>
            address(text, LinkKind::image);
        else if (text.find('<') != npos)
            out_.documents.push_back(out_.keep(std::string(text)));
        else
            read_text(out_.keep(std::string(text)), mechanism_, Pages::left_out, out_);
        clear();
    }

    void address(std::string_view text, LinkKind kind)
    {
        out_.add_by_suffix(mechanism_, out_.keep(std::string(text)), kind);
    }

    // Of elements with children.
    void loose_text()
    {
        if (is_known_ && text_.find("://") != npos)
            read_text(out_.keep(text_), mechanism_, Pages::left_out, out_);
        clear();
    }

    void clear()
    {
        text_.clear();
        is_known_ = true;
    }

    Candidates& out_;
    Mechanism mechanism_ = Mechanism::feed;
    std::vector<Attribute> attributes_;
    std::string_view inside_; // the last start tag
    std::string text_;        // since then
    bool is_known_ = true;    // it held no entity that only the document would explain
};

} // namespace

void read_xml(std::string_view markup, Candidates& out)
{
    XmlReader(out).read(markup);
}

} // namespace stillwatch::html
