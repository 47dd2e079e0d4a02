#pragma once

#include "core/contact_answers.hpp"
#include "core/json.hpp"
#include "followup/route.hpp"

#include <chrono>
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

inline constexpr std::size_t max_contacts = 16; // of a host
// All candidates, who can do most first.
std::vector<Contact> contacts_of(const ContactFacts& facts);

// What is shown and cached: {"host", "cdn", "contacts": […], "failures": […]}, each contact with its
// "looked_at".
json::object describe(const ContactFacts& facts);
// What describe() said, out of where it was kept; a contact without a date has that of the row. Empty where
// it cannot be read.
json::object kept_contact(std::string_view told, Timestamp looked_at);

// Companies change hands and hosts move: after this time what was learnt is asked anew, and counts no more.
inline constexpr std::chrono::hours contact_kept_for{7 * 24};
bool is_young(Timestamp looked_at, Timestamp now) noexcept; // and not of a time to come

// The parts of a lookup that got no answer and may get one another day.
struct MissingParts {
    bool network = false;
    bool name = false;
    bool security_txt = false;
};
// Puts into `told`, in place of the parts that are missing, what `before` has of them while it is young, with
// its dates, and says so among the failures. A network only where the host has not moved since ("address").
void keep_missing(json::object& told, const MissingParts& missing, const json::object& before, Timestamp now);
// Whether all that were asked answered, or never will: then it holds for a while.
bool is_complete(const json::object& contact);

// The name that is registered, of "img.board.example" "board.example": the last two labels, three where the
// second is one that registries sell under ("co.uk").
std::string registered_name(std::string_view host);

} // namespace stillwatch::followup
