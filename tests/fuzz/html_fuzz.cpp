#include "core/url.hpp"
#include "html/charset.hpp"
#include "html/extract.hpp"
#include "html/ties.hpp"
#include "tests/fuzz/claim.hpp"
#include "tests/support/tree_and_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

using stillwatch::as_bytes;
using stillwatch::Url;
using stillwatch::fuzz::claim;
namespace html = stillwatch::html;

namespace {

void check(const stillwatch::PageLinks& page, const html::ExtractLimits& limits)
{
    claim(page.links.size() <= limits.max_links_of_sitemap(), "the number of links is bounded");
    claim(!page.charset.empty(), "a charset was chosen");
    std::set<std::pair<int, std::string>> seen;
    std::map<int, std::size_t> items;
    for (const auto& link : page.links) {
        const auto url = Url::parse(link.url);
        claim(url.has_value() && url->text() == link.url, "every link is a normal address");
        claim(seen.emplace(static_cast<int>(link.kind), link.url).second,
              "each kind and address stands once");
        claim(link.item == 0 || link.kind != stillwatch::LinkKind::page, "items are of pictures and videos");
        if (link.item != 0) ++items[link.item];
    }
    for (const auto& [item, addresses] : items) {
        claim(item >= 1 && static_cast<std::size_t>(item) <= items.size(), "items are numbered from 1");
        claim(addresses >= 2 && addresses <= html::Ties::max_addresses_of_item, "an item has some addresses");
    }
}

// Gumbo takes control characters for broken UTF-8, which browsers do not, and drops NUL before a name.
std::string without_controls(std::string_view document)
{
    std::string text(document);
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_space = c == '\t' || c == '\n' || c == '\f' || c == '\r';
        if ((byte < 0x20 && !is_space) || (byte >= 0x7F && byte < 0xA0)) c = 'x';
    }
    return text;
}

} // namespace

// The first line is the Content-Type and a Link header, the rest the document; without a line end all is the
// document.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line_end = input.find('\n');
    const auto type = line_end == std::string_view::npos ? std::string_view{} : input.substr(0, line_end);
    const auto document = line_end == std::string_view::npos ? input : input.substr(line_end + 1);
    html::ExtractLimits narrow;
    narrow.max_links = 20;
    narrow.max_depth = 8;
    narrow.max_attributes = 4;
    for (const auto& limits : {html::ExtractLimits{}, narrow}) {
        const auto page =
            html::extract_links(as_bytes(document), {type, type}, "http://a.example/d/page.html", limits);
        claim(page.has_value(), "broken markup is no error");
        check(*page, limits);
    }
    // A charset in which everything means something, so that both read the same characters.
    const auto plain = without_controls(document);
    const auto text = html::decode_text(as_bytes(plain), "text/html; charset=windows-1252");
    if (text.charset == "windows-1252") // no byte order mark stands before it
        claim(html::missed_by_reader(text.text()).empty(), "the linear reader finds what the tree has");
    return 0;
}
