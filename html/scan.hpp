#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

// A linear scan of markup for its tags, by the tokenizer rules of the HTML standard (section 13.2.5), without
// building anything. It judges a document before the tree builder sees it; it decodes no character
// references.
namespace stillwatch::html {

// One attribute as written; the value is without quotes.
struct ScannedAttribute {
    std::string_view name;
    std::string_view value;
};

// One start or end tag; views into the markup.
struct ScannedTag {
    std::string_view name;
    bool is_end = false;
    bool is_self_closing = false;
    std::size_t attribute_count = 0;
    std::string_view attributes; // what stands between name and '>'
};

// What stands between two tags, or one of them.
struct ScannedPiece {
    enum class Kind : unsigned char { text, comment, cdata, tag };
    Kind kind = Kind::text;
    std::string_view text{}; // of a text, comment or CDATA section, without its marks
    ScannedTag tag{};
};

class TagScanner {
public:
    explicit TagScanner(std::string_view markup) noexcept : markup_(markup) {}

    // The next piece, of a text never an empty one; nothing at the end. What follows a tag that never ends is
    // no piece. is_foreign: inside <svg> or <math>, or in XML, where CDATA sections exist. Declarations
    // ("<!…>", "<?…>") are passed over. `attributes`, where given, receives those of a start tag that have a
    // value.
    std::optional<ScannedPiece> next_piece(bool is_foreign = false,
                                           std::vector<ScannedAttribute>* attributes = nullptr);

    // The next tag; nothing at the end, also of a tag that never ends. is_foreign: inside <svg> or <math>,
    // where CDATA sections exist.
    std::optional<ScannedTag> next(bool is_foreign = false);

    // After the start tag of an element whose content is text (script, style, title…): that text. The scan
    // goes on at its end tag.
    std::string_view raw_text(std::string_view name);

private:
    std::optional<ScannedTag> tag_at(std::size_t open, std::vector<ScannedAttribute>* attributes);

    std::string_view markup_;
    std::size_t at_ = 0;
};

// Takes the next attribute off the front of `rest`; nothing when only blanks are left.
std::optional<ScannedAttribute> next_attribute(std::string_view& rest);

} // namespace stillwatch::html
