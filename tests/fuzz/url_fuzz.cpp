#include "core/url.hpp"
#include "tests/fuzz/claim.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using stillwatch::Result;
using stillwatch::Url;
using stillwatch::fuzz::claim;

namespace {

void check(const Url& url)
{
    const auto& text = url.text();
    claim(text.size() <= Url::max_bytes, "a URL is never longer than its bound");
    claim(url.scheme() == "http" || url.scheme() == "https", "only http and https");
    claim(!url.host().empty() && url.path().starts_with('/') && url.port() != 0, "every part is there");
    claim(url.origin() + std::string(url.target()) == text, "the parts make the whole");
    const bool is_inside = url.picture_inside().has_value();
    for (const char c : text)
        claim(c > ' ' && c < '\x7f' && (c != '#' || is_inside) && c != '\\', "plain ASCII only");
    const auto again = Url::parse(text);
    claim(again.has_value() && *again == url, "parse(text) is the same URL");
    const auto self = Url::join(url, "");
    claim(self.has_value() && *self == url.document(), "join(url, \"\") is the document");
}

} // namespace

// The first line is a base address, the rest a reference on it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line_end = input.find('\n');
    const auto whole = Url::parse(input);
    if (whole) check(*whole);
    if (line_end == std::string_view::npos) return 0;
    const auto base = Url::parse(input.substr(0, line_end));
    if (!base) return 0;
    check(*base);
    const auto joined = Url::join(*base, input.substr(line_end + 1));
    if (joined) check(*joined);
    return 0;
}
