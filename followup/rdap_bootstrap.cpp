#include "followup/rdap_bootstrap.hpp"
#include "core/ascii.hpp"
#include "core/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace stillwatch::followup {

namespace {

constexpr std::size_t max_list_bytes = 2 << 20;
constexpr std::size_t max_entries = 20'000;

// 4 or 16 bytes; empty: no address.
std::vector<std::uint8_t> bytes_of(std::string_view text)
{
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    const std::string address(text.substr(0, 64));
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return {bytes.begin(), bytes.begin() + 4};
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return {bytes.begin(), bytes.end()};
    return {};
}

bool covers(const std::vector<std::uint8_t>& block, int prefix_bits, const std::vector<std::uint8_t>& address)
{
    if (block.size() != address.size()) return false;
    for (int bit = 0; bit < prefix_bits; ++bit) {
        const auto index = static_cast<std::size_t>(bit / 8);
        const auto mask = static_cast<unsigned>(0x80U >> static_cast<unsigned>(bit % 8));
        if ((block[index] & mask) != (address[index] & mask)) return false;
    }
    return true;
}

// The first https base among them, with its slash at the end.
std::string base_of(const json::value& urls)
{
    const auto* list = urls.if_array();
    if (!list) return {};
    for (const auto& each : *list) {
        const auto* text = each.if_string();
        if (!text || text->size() > 500 || !text->starts_with("https://")) continue;
        std::string base(*text);
        if (!base.ends_with('/')) base += '/';
        if (Url::parse(base)) return base;
    }
    return {};
}

// Calls `take(entry, base)` for each entry of "services"; an entry that is none is passed over.
template <class Take>
Result<void> for_each_service(std::string_view text, Take take)
{
    if (text.empty()) return {};
    if (text.size() > max_list_bytes)
        return Error{Errc::too_large, fmt::format("a list of registries of {} bytes", text.size())};
    const auto parsed = parse_json(text);
    if (!parsed) return parsed.error();
    const auto* object = parsed->if_object();
    const auto* services = object ? object->if_contains("services") : nullptr;
    if (!services || !services->is_array())
        return Error{Errc::malformed, "no list of registries: no services"};
    std::size_t count = 0;
    for (const auto& service : services->get_array()) {
        const auto* parts = service.if_array();
        if (!parts || parts->size() < 2 || !(*parts)[0].is_array()) continue;
        const auto base = base_of((*parts)[1]);
        if (base.empty()) continue;
        for (const auto& entry : (*parts)[0].get_array())
            if (const auto* name = entry.if_string(); name && name->size() <= 100 && ++count <= max_entries)
                take(std::string_view(*name), base);
    }
    return {};
}

// The registries of the names that most sites have, and of all addresses the one that redirects to the
// others.
constexpr std::string_view shipped_names = R"json({"services":[
[["com"],["https://rdap.verisign.com/com/v1/"]],
[["net"],["https://rdap.verisign.com/net/v1/"]],
[["org"],["https://rdap.publicinterestregistry.org/rdap/"]],
[["info","pro","io","live","world"],["https://rdap.identitydigital.services/rdap/"]],
[["app","dev","page"],["https://pubapi.registry.google/rdap/"]],
[["xyz"],["https://rdap.centralnic.com/xyz/"]],
[["fr"],["https://rdap.nic.fr/"]],
[["nl"],["https://rdap.sidn.nl/"]],
[["uk"],["https://rdap.nominet.uk/uk/"]]]})json";
constexpr std::string_view shipped_ipv4 =
    R"json({"services":[[["0.0.0.0/0"],["https://rdap.arin.net/registry/"]]]})json";
constexpr std::string_view shipped_ipv6 =
    R"json({"services":[[["::/0"],["https://rdap.arin.net/registry/"]]]})json";

} // namespace

Result<void> RdapBootstrap::take_addresses(std::string_view text, std::vector<Addresses>& out)
{
    return for_each_service(text, [&](std::string_view entry, const std::string& base) {
        const auto slash = entry.find('/');
        if (slash == std::string_view::npos) return;
        auto bytes = bytes_of(entry.substr(0, slash));
        int prefix_bits = -1;
        const auto number = entry.substr(slash + 1);
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), prefix_bits);
        if (bytes.empty() || error != std::errc{} || end != number.data() + number.size() ||
            prefix_bits < 0 || prefix_bits > static_cast<int>(bytes.size()) * 8)
            return;
        out.push_back({std::move(bytes), prefix_bits, base});
    });
}

Result<RdapBootstrap> RdapBootstrap::parse(std::string_view names, std::string_view ipv4,
                                           std::string_view ipv6)
{
    RdapBootstrap made;
    const auto named = for_each_service(names, [&](std::string_view entry, const std::string& base) {
        std::string suffix(entry);
        std::ranges::transform(suffix, suffix.begin(), lower);
        made.names_.push_back({std::move(suffix), base});
    });
    if (!named) return named.error();
    for (const auto text : {ipv4, ipv6})
        if (const auto taken = take_addresses(text, made.addresses_); !taken) return taken.error();
    return made;
}

const RdapBootstrap& RdapBootstrap::shipped()
{
    static const auto made = parse(shipped_names, shipped_ipv4, shipped_ipv6).value();
    return made;
}

std::optional<Url> RdapBootstrap::for_name(std::string_view name) const
{
    const Names* best = nullptr;
    for (const auto& each : names_) {
        const bool is_it =
            name == each.suffix || (name.size() > each.suffix.size() && name.ends_with(each.suffix) &&
                                    name[name.size() - each.suffix.size() - 1] == '.');
        if (is_it && (!best || each.suffix.size() > best->suffix.size())) best = &each;
    }
    if (!best) return std::nullopt;
    const auto url = Url::parse(best->base);
    if (!url) return std::nullopt;
    return *url;
}

std::optional<Url> RdapBootstrap::for_address(std::string_view address) const
{
    const auto bytes = bytes_of(address);
    const Addresses* best = nullptr;
    for (const auto& each : addresses_)
        if (covers(each.bytes, each.prefix_bits, bytes) && (!best || each.prefix_bits > best->prefix_bits))
            best = &each;
    if (!best) return std::nullopt;
    const auto url = Url::parse(best->base);
    if (!url) return std::nullopt;
    return *url;
}

} // namespace stillwatch::followup
