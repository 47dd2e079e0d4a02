#pragma once

#include "core/contact_answers.hpp"
#include "core/json.hpp"
#include "followup/route.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Whom to write to about a host, and what each of them can do.
namespace stillwatch::followup {

enum class ContactKind : std::uint8_t {
    site,         // the operator, as [[site]] abuse_contact says
    network,      // the company whose machines answer
    cdn,          // a network in front of them
    registrar,    // of the name
    security_txt, // a last resort: it is for holes in the site
    abuse,        // abuse@ the name (RFC 2142)
};
std::string_view name_of(ContactKind kind) noexcept;

struct Contact {
    ContactKind kind = ContactKind::abuse;
    std::string address; // mail, https address or telephone number
    std::string name{};  // of the company
    std::string source{};

    friend bool operator==(const Contact&, const Contact&) = default;
};
// What it can do, in one sentence, with a warning where the notice is passed on.
std::string_view what_it_can_do(ContactKind kind) noexcept;
// The way of a notice to it; nothing: the way that the law of the case gives.
std::optional<Route> route_to(ContactKind kind) noexcept;

// What was learnt about a host; each part that failed is told beside it.
struct ContactFacts {
    std::string host;
    std::string name{}; // the registered name that was asked for, "board.example"
    std::string site_contact{};
    Timestamp looked_at{};
    std::optional<SecurityTxt> security_txt{};
    std::optional<RdapAnswer> domain{};
    std::optional<RdapAnswer> registrar{};
    std::optional<RdapAnswer> network{};
    std::string server{}; // header of the host's answer
    std::vector<std::string> failures{};
};

// The network in front of a site, by what its holder is called or how it answers; nothing: none that is
// known.
std::optional<std::string> known_cdn(const ContactFacts& facts);

// All candidates, who can do most first.
std::vector<Contact> contacts_of(const ContactFacts& facts);

// What is shown and cached: {"host", "cdn", "contacts": […], "failures": […]}.
json::object describe(const ContactFacts& facts);
// What describe() said, out of where it was kept; empty where it cannot be read.
json::object kept_contact(std::string_view told);
// Whether all that were asked answered, or never will: then it holds for a while.
bool is_complete(const json::object& contact);

// The name that is registered, of "img.board.example" "board.example": the last two labels, three where the
// second is one that registries sell under ("co.uk").
std::string registered_name(std::string_view host);

} // namespace stillwatch::followup
