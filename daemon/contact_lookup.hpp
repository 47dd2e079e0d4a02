#pragma once

#include "core/async.hpp"
#include "core/clock.hpp"
#include "core/contact_reader.hpp"
#include "core/counters.hpp"
#include "core/fetch.hpp"
#include "core/json.hpp"
#include "followup/contacts.hpp"
#include "followup/rdap_bootstrap.hpp"
#include "pipeline/stores.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace stillwatch::daemon {

struct LookupSettings {
    std::map<std::string, std::string> site_contacts{};         // abuse_contact, by host of the watch list
    std::shared_ptr<const followup::RdapBootstrap> bootstrap{}; // null: the one that ships
};

// Asks whom to write to about a host: the host itself for its security.txt, the registries of its name and of
// its network, the registrar. Through the guard like every request; one lookup at a time, its requests one
// after the other, at most twelve, and what was learnt is kept for a week. What they answer is read in a
// worker that read nothing else before; where none could read it, the contact is "not looked up", told and
// counted (contacts_not_read_total). What lacks a registry's answer that may come another day is not
// "complete": what that registry said within the last week stands in it meanwhile (followup::keep_missing),
// and the next question asks again. Loop thread.
class ContactLookup {
public:
    // Everything given must outlive it.
    ContactLookup(pipeline::Stores& stores, Fetcher& web, ContactReader& reader, const Clock& clock,
                  Counters& counters)
        : stores_(stores), web_(web), reader_(reader), clock_(clock), counters_(counters)
    {
    }

    void use(LookupSettings settings) { settings_ = std::move(settings); }
    // As followup::describe() says, with "looked_at", "cached", "complete" and "address", the host's own.
    // What fails is told in it.
    // Errors: refused (another lookup is under way); io.
    Task<Result<json::object>> look(std::string host);

private:
    struct Asked;
    Task<Result<Fetched>> ask(Asked& asked, Url url, std::size_t max_bytes, std::string accept);
    Task<void> ask_host(Asked& asked);
    Task<void> ask_in_clear(Asked& asked); // for the address of a host that does not answer over https
    Task<void> ask_about_name(Asked& asked);
    Task<void> ask_about_network(Asked& asked);
    Task<Result<RdapAnswer>> ask_rdap(Asked& asked, Url url);
    // What is told where a worker gave no answer.
    Error not_read(std::string_view what, const Error& error);
    const followup::RdapBootstrap& bootstrap() const;

    pipeline::Stores& stores_;
    Fetcher& web_;
    ContactReader& reader_;
    const Clock& clock_;
    Counters& counters_;
    LookupSettings settings_;
    bool is_busy_ = false;
};

} // namespace stillwatch::daemon
