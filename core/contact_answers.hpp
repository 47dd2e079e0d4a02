#pragma once

#include "core/clock.hpp"
#include "core/url.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What registries and sites say about whom to write to, as the worker read it out of their answers.
namespace stillwatch {

// An address that can be told of abuse. Placeholders of registries ("REDACTED FOR PRIVACY") are none.
struct RdapContact {
    std::string name; // of the entity, or of its parent where it has none
    std::vector<std::string> emails;
    std::vector<std::string> phones;

    friend bool operator==(const RdapContact&, const RdapContact&) = default;
};

// An RDAP answer (RFC 9083).
struct RdapAnswer {
    static constexpr std::size_t max_bytes = 512 << 10; // of what is read
    static constexpr std::size_t max_abuse = 32;
    static constexpr std::size_t max_values = 8; // of one kind of a contact; organisations

    std::string object; // "domain", "ip network", "autnum", "entity"
    std::string name;   // of the domain, or of the network
    std::string registrar{};
    std::vector<std::string> organisations{}; // names of registrants, networks' holders and the like
    std::vector<RdapContact> abuse{};         // entities of the role "abuse", however deep
    std::optional<Url> related{};             // where the registrar answers itself; https

    friend bool operator==(const RdapAnswer&, const RdapAnswer&) = default;
};

// What /.well-known/security.txt says (RFC 9116).
struct SecurityTxt {
    static constexpr std::size_t max_bytes = 32 << 10; // of what is read
    static constexpr std::size_t max_contacts = 16;

    std::vector<std::string> contacts;  // mail addresses and https addresses, in its order
    std::optional<Timestamp> expires{}; // by its own word: its contacts may still be read

    friend bool operator==(const SecurityTxt&, const SecurityTxt&) = default;
};

// "abuse@host.example" as one may write to it; not what registries put there in its place.
bool is_mailbox(std::string_view text);
// "+1.5555550100"; not "0000000000".
bool is_phone(std::string_view text);
// What registries write where the law keeps them from writing it (RFC 9537, and what was usual before).
bool is_placeholder(std::string_view text);

constexpr std::size_t max_contact_text = 200;      // bytes of a name
constexpr std::size_t max_contact_address = 2'000; // bytes of an https address
// Whether each text is one short line of UTF-8, harmless to look at, and each address one that may be written
// to: for who was told it by a process that read hostile bytes.
bool is_sound(const RdapAnswer& answer);
bool is_sound(const SecurityTxt& text);

} // namespace stillwatch
