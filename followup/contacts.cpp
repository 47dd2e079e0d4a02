#include "followup/contacts.hpp"

#include "core/ascii.hpp"
#include "followup/written.hpp"

#include <algorithm>
#include <array>

namespace stillwatch::followup {

namespace {

struct KindWords {
    std::string_view name;
    std::string_view does;
};
constexpr std::array<KindWords, 6> kinds{{
    {"site", "its operator can remove the picture"},
    {"network", "the company whose machines answer can have it removed, or drop the site"},
    {"cdn",
     "a network in front of the site can stop delivering it; it PASSES THE NOTICE ON with the complainant's "
     "details, to the site, too"},
    {"registrar", "the registrar can suspend the name"},
    {"security_txt", "a last resort: it is meant for holes in the site's security"},
    {"abuse", "a mailbox that hosts should read (RFC 2142); nobody said that this one does"},
}};

// How networks in front of sites are called in RDAP and in the header Server.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> cdns{
    {{"cloudflare", "Cloudflare"},
     {"akamai", "Akamai"},
     {"fastly", "Fastly"},
     {"cloudfront", "Amazon CloudFront"},
     {"bunny", "bunny.net"},
     {"cdn77", "CDN77"},
     {"datacamp", "CDN77"},
     {"incapsula", "Imperva"},
     {"imperva", "Imperva"},
     {"sucuri", "Sucuri"},
     {"ddos-guard", "DDoS-Guard"},
     {"stackpath", "StackPath"}}};

// Second labels under which registries sell names (of the public suffix list the most usual).
constexpr std::array<std::string_view, 9> sold_under{"co",  "com", "org", "net", "ac",
                                                     "gov", "edu", "ne",  "or"};

std::optional<std::string> cdn_in(std::string_view text)
{
    const auto low = lowered(text.substr(0, 1'000));
    for (const auto& [word, name] : cdns)
        if (low.find(word) != std::string::npos) return std::string(name);
    return std::nullopt;
}

void add(std::vector<Contact>& contacts, Contact contact)
{
    const bool is_known = std::ranges::any_of(contacts, [&](const Contact& one) {
        return one.address == contact.address && one.kind == contact.kind;
    });
    if (!is_known && contacts.size() < max_contacts) contacts.push_back(std::move(contact));
}

void add_abuse(std::vector<Contact>& contacts, const RdapAnswer& answer, ContactKind kind,
               std::string_view source)
{
    for (const auto& one : answer.abuse) {
        for (const auto& email : one.emails)
            add(contacts, {kind, email, one.name, std::string(source)});
        if (one.emails.empty())
            for (const auto& phone : one.phones)
                add(contacts, {kind, phone, one.name, std::string(source)});
    }
}

} // namespace

std::string_view name_of(ContactKind kind) noexcept
{
    return kinds[static_cast<std::size_t>(kind) % kinds.size()].name;
}

std::string_view what_it_can_do(ContactKind kind) noexcept
{
    return kinds[static_cast<std::size_t>(kind) % kinds.size()].does;
}

std::optional<Route> route_to(ContactKind kind) noexcept
{
    switch (kind) {
    case ContactKind::network: return Route::host;
    case ContactKind::cdn: return Route::cdn;
    case ContactKind::registrar: return Route::registrar;
    default: return std::nullopt;
    }
}

std::optional<std::string> known_cdn(const ContactFacts& facts)
{
    if (facts.network) {
        if (auto cdn = cdn_in(facts.network->name)) return cdn;
        for (const auto& name : facts.network->organisations)
            if (auto cdn = cdn_in(name)) return cdn;
        for (const auto& one : facts.network->abuse)
            if (auto cdn = cdn_in(one.name)) return cdn;
    }
    return cdn_in(facts.server);
}

std::vector<Contact> contacts_of(const ContactFacts& facts)
{
    std::vector<Contact> contacts;
    if (!facts.site_contact.empty())
        add(contacts, {ContactKind::site, facts.site_contact, "", "[[site]] abuse_contact"});
    const auto cdn = known_cdn(facts);
    if (facts.network && !cdn)
        add_abuse(contacts, *facts.network, ContactKind::network, "RDAP of the network");
    for (const auto* answer : {&facts.registrar, &facts.domain})
        if (*answer) add_abuse(contacts, **answer, ContactKind::registrar, "RDAP of the name");
    if (facts.network && cdn) add_abuse(contacts, *facts.network, ContactKind::cdn, "RDAP of the network");
    const auto ends = facts.security_txt ? facts.security_txt->expires : std::nullopt;
    const bool is_expired = ends && *ends <= facts.looked_at;
    if (facts.security_txt)
        for (const auto& address : facts.security_txt->contacts)
            add(contacts, {ContactKind::security_txt, address, "",
                           is_expired ? "security.txt, expired" : "security.txt"});
    if (!facts.name.empty() && is_mailbox("abuse@" + facts.name))
        add(contacts, {ContactKind::abuse, "abuse@" + facts.name, "", "RFC 2142"});
    return contacts;
}

json::object describe(const ContactFacts& facts)
{
    json::object object;
    object["host"] = facts.host;
    const auto cdn = known_cdn(facts);
    object["cdn"] = cdn ? json::value(*cdn) : json::value(nullptr);
    json::array contacts;
    for (const auto& contact : contacts_of(facts)) {
        json::object row;
        row["kind"] = name_of(contact.kind);
        row["address"] = contact.address;
        row["name"] = contact.name;
        row["does"] = what_it_can_do(contact.kind);
        const auto route = route_to(contact.kind);
        row["route"] = route ? json::value(name_of(*route)) : json::value(nullptr);
        row["source"] = contact.source;
        row["looked_at"] = format_utc(facts.looked_at);
        contacts.push_back(std::move(row));
    }
    object["contacts"] = std::move(contacts);
    json::array failures;
    for (const auto& failure : facts.failures)
        failures.emplace_back(failure);
    object["failures"] = std::move(failures);
    return object;
}

json::object kept_contact(std::string_view told, Timestamp looked_at)
{
    auto parsed = parse_json(told);
    if (!parsed || !parsed->is_object()) return {};
    auto object = std::move(parsed->get_object());
    auto* contacts = object.if_contains("contacts");
    if (!contacts || !contacts->is_array()) return object;
    for (auto& each : contacts->get_array())
        if (auto* row = each.if_object(); row && !row->contains("looked_at"))
            (*row)["looked_at"] = format_utc(looked_at);
    return object;
}

bool is_complete(const json::object& contact)
{
    return !contact.empty() && bool_member(contact, "complete").value_or(true);
}

std::string registered_name(std::string_view host)
{
    if (host.empty() || host.front() == '[' || is_digit(host.back())) return {}; // an address
    std::vector<std::size_t> dots;
    for (std::size_t i = host.size(); i-- > 0 && dots.size() < 3;)
        if (host[i] == '.') dots.push_back(i);
    if (dots.empty()) return {};
    if (dots.size() == 1) return std::string(host);
    const auto second = host.substr(dots[1] + 1, dots[0] - dots[1] - 1);
    const bool is_country = host.size() - dots[0] - 1 == 2;
    if (is_country && std::ranges::find(sold_under, second) != sold_under.end())
        return std::string(dots.size() == 2 ? host : host.substr(dots[2] + 1));
    return std::string(host.substr(dots[1] + 1));
}

} // namespace stillwatch::followup
