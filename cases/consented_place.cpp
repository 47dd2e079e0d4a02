#include "cases/consented_place.hpp"

#include "cases/public_key.hpp"
#include "vault/case_key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::cases {

namespace {

std::string place_context(std::string_view pseudonym)
{
    return fmt::format("consented place {}", pseudonym);
}

// Whether `pattern`, in which '*' stands for any characters, is all of `text`. Goes back to the last star
// only, so that it takes at most |pattern| x |text| steps.
bool is_like(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0;
    std::size_t t = 0;
    auto star = std::string_view::npos;
    std::size_t from = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace

Result<ConsentedPlace> ConsentedPlace::parse(std::string_view text)
{
    const auto wrong = [](std::string_view why) {
        return Error{
            Errc::invalid_argument,
            fmt::format("a place is a host with or without a path, such as shop.example, *.shop.example "
                        "or shop.example/anna: {}",
                        why)};
    };
    if (text.size() > max_bytes) return wrong(fmt::format("at most {} bytes", max_bytes));
    std::string scheme = "https://";
    for (const std::string_view known : {"https://", "http://"})
        if (text.starts_with(known)) {
            scheme = known;
            text.remove_prefix(known.size());
        }
    ConsentedPlace place;
    if (text.starts_with("*.")) {
        place.has_subdomains_ = true;
        text.remove_prefix(2);
    }
    const auto slash = text.find('/');
    const auto host = text.substr(0, slash);
    place.path_ = slash == std::string_view::npos ? "" : text.substr(slash);
    while (place.path_.ends_with('/'))
        place.path_.pop_back();
    if (static_cast<std::size_t>(std::ranges::count(place.path_, '*')) > max_stars)
        return wrong(fmt::format("at most {} stars", max_stars));
    if (place.path_.find_first_of(" #\t\r\n") != std::string::npos) return wrong("no blanks and no fragment");
    const auto url = Url::parse(scheme + std::string(host) + "/");
    if (host.find_first_of("*?#@ ") != std::string_view::npos || !url)
        return wrong("the host cannot be read");
    if (url->host().find('.') == std::string_view::npos && !url->host().starts_with('['))
        return wrong("the host needs a dot: everything below it would be too much");
    place.host_ = url->host_port();
    return place;
}

bool ConsentedPlace::covers(const Url& page) const
{
    const auto host = page.host_port();
    const bool is_below = has_subdomains_ && host.size() > host_.size() && host.ends_with(host_) &&
                          host[host.size() - host_.size() - 1] == '.';
    if (host != host_ && !is_below) return false;
    if (path_.empty()) return true;
    const auto target = page.target();
    return is_like(path_, target) || is_like(path_ + "/*", target) || is_like(path_ + "?*", target);
}

std::string ConsentedPlace::text() const
{
    return fmt::format("{}{}{}", has_subdomains_ ? "*." : "", host_, path_);
}

bool ConsentedPlaces::cover(CaseId id, const Url& page) const
{
    const auto found = places_.find(id);
    return found != places_.end() &&
           std::ranges::any_of(found->second, [&](const auto& place) { return place.covers(page); });
}

Result<Bytes> seal_place(const Case& c, const ConsentedPlace& place)
{
    const auto key = key_of(c);
    if (!key) return key.error();
    return vault::seal(*key, place_context(c.pseudonym), as_bytes(place.text()));
}

Result<ConsentedPlace> open_place(const vault::KeyPair& key, std::string_view pseudonym, ByteView sealed)
{
    const auto clear = vault::open(key, place_context(pseudonym), sealed);
    if (!clear) return clear.error();
    auto place = ConsentedPlace::parse(as_text(clear->bytes()));
    if (!place) return Error{Errc::corrupt, "a stored place cannot be read"};
    return place;
}

Result<ConsentedPlace> open_place(const Case& c, const vault::KeyPair& installation, ByteView sealed)
{
    const auto public_key = key_of(c);
    if (!public_key) return public_key.error();
    const auto key = vault::open_case_key(installation, c.pseudonym, {*public_key, c.sealed_secret_key});
    if (!key) return key.error();
    return open_place(*key, c.pseudonym, sealed);
}

} // namespace stillwatch::cases
