#include "contacts/rdap.hpp"

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::contacts {

namespace {

constexpr int max_depth = 6;              // of entities in entities; the deepest of the field have three
constexpr std::size_t max_entities = 256; // of one answer

// One line for people: what is not harmless to look at becomes blanks, and it has an end.
std::string plain(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const auto [bytes, is_harmless] = first_character(text);
        const auto next = is_harmless ? text.substr(0, bytes) : std::string_view(" ");
        if (result.size() + next.size() > max_contact_text) break;
        result += next;
        text.remove_prefix(bytes);
    }
    return result;
}

// One property of a jCard (RFC 7095): [name, parameters, type, value…].
struct CardValue {
    std::string_view name;
    std::string_view value;
};

std::vector<CardValue> values_of(const json::object& entity)
{
    std::vector<CardValue> values;
    const auto* card = entity.if_contains("vcardArray");
    if (!card || !card->is_array() || card->get_array().size() < 2) return values;
    const auto* properties = card->get_array()[1].if_array();
    if (!properties) return values;
    for (const auto& property : *properties) {
        const auto* parts = property.if_array();
        if (!parts || parts->size() < 4 || values.size() >= 64) continue;
        const auto* name = (*parts)[0].if_string();
        const auto* value = (*parts)[3].if_string();
        if (name && value) values.push_back({*name, *value});
    }
    return values;
}

bool has_role(const json::object& entity, std::string_view role)
{
    const auto* roles = entity.if_contains("roles");
    if (!roles || !roles->is_array()) return false;
    return std::ranges::any_of(roles->get_array(), [&](const json::value& one) {
        const auto* text = one.if_string();
        return text && same_name(std::string_view(*text), role);
    });
}

void add(std::vector<std::string>& values, std::string value)
{
    if (values.size() < RdapAnswer::max_values && std::ranges::find(values, value) == values.end())
        values.push_back(std::move(value));
}

// Walks through entities in entities.
class Walk {
public:
    explicit Walk(RdapAnswer& answer) : answer_(answer) {}

    void entities_of(const json::object& owner, const std::string& owners_name, int depth)
    {
        const auto* entities = owner.if_contains("entities");
        if (!entities || !entities->is_array() || depth > max_depth) return;
        for (const auto& each : entities->get_array()) {
            const auto* entity = each.if_object();
            if (!entity) continue;
            if (++seen_ > max_entities) return;
            take(*entity, owners_name, depth);
        }
    }

    void take(const json::object& entity, const std::string& owners_name, int depth)
    {
        RdapContact contact;
        const auto values = values_of(entity);
        for (const auto& [name, value] : values) {
            if ((name == "fn" || name == "org") && contact.name.empty() && !is_placeholder(value))
                contact.name = plain(value);
            if (name == "email") {
                auto text = value.starts_with("mailto:") ? value.substr(7) : value;
                if (is_mailbox(text)) add(contact.emails, std::string(text));
            }
            if (name == "tel") {
                auto text = value.starts_with("tel:") ? value.substr(4) : value;
                if (is_phone(text)) add(contact.phones, std::string(text));
            }
        }
        if (contact.name.empty()) contact.name = owners_name;
        if (has_role(entity, "registrar") && answer_.registrar.empty()) answer_.registrar = contact.name;
        if ((has_role(entity, "registrant") || has_role(entity, "administrative")) && !contact.name.empty())
            add(answer_.organisations, contact.name);
        const auto name = contact.name;
        if (has_role(entity, "abuse") && (!contact.emails.empty() || !contact.phones.empty()) &&
            answer_.abuse.size() < RdapAnswer::max_abuse &&
            std::ranges::find(answer_.abuse, contact) == answer_.abuse.end())
            answer_.abuse.push_back(std::move(contact));
        entities_of(entity, name, depth + 1);
    }

private:
    RdapAnswer& answer_;
    std::size_t seen_ = 0;
};

// Where the registrar of a name answers itself.
std::optional<Url> related_of(const json::object& object)
{
    const auto* links = object.if_contains("links");
    if (!links || !links->is_array()) return std::nullopt;
    for (const auto& each : links->get_array()) {
        const auto* link = each.if_object();
        if (!link || text_member(*link, "rel") != "related") continue;
        const auto type = text_member(*link, "type");
        if (type && *type != "application/rdap+json") continue;
        const auto href = text_member(*link, "href");
        if (!href || href->size() > max_contact_address) continue;
        auto url = Url::parse(*href);
        if (url && url->text().starts_with("https://") && url->text().size() <= max_contact_address)
            return *std::move(url);
    }
    return std::nullopt;
}

} // namespace

Result<RdapAnswer> parse_rdap(std::string_view text)
{
    if (text.size() > RdapAnswer::max_bytes)
        return Error{Errc::too_large, fmt::format("an RDAP answer of {} bytes", text.size())};
    const auto parsed = parse_json(text);
    if (!parsed) return parsed.error();
    const auto* object = parsed->if_object();
    const auto kind = object ? text_member(*object, "objectClassName") : std::nullopt;
    if (!kind) return Error{Errc::malformed, "no RDAP answer: it has no objectClassName"};
    RdapAnswer answer;
    answer.object = plain(*kind);
    for (const auto* member : {"ldhName", "name", "handle"})
        if (const auto name = text_member(*object, member); name && answer.name.empty())
            answer.name = plain(*name);
    answer.related = related_of(*object);
    Walk walk(answer);
    if (*kind == "entity")
        walk.take(*object, "", 0);
    else
        walk.entities_of(*object, *kind == "domain" ? "" : answer.name, 0);
    return answer;
}

} // namespace stillwatch::contacts
