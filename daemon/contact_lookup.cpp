#include "daemon/contact_lookup.hpp"

#include "core/log.hpp"
#include "store/notice_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::daemon {

namespace {

constexpr int max_requests = 12; // of one lookup, redirects among them
constexpr int max_redirects = 3; // of one question: a registry sends on to the one in charge

bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Where a notice is sent hangs on it, so nobody's word counts who read other bytes before: the host's own
// security.txt could say whose machines these are, and a registry's answer about one name what it says of
// others.
Document document_of(Bytes body, const Fetched& answer, std::string_view asked_about)
{
    Document document;
    document.body = std::make_shared<const Bytes>(std::move(body));
    document.site = fmt::format("{} about {}", answer.url.host(), asked_about);
    document.trust = Trust::unshared;
    return document;
}

// Another day may bring an answer.
bool is_passing(Errc code)
{
    static_assert(Inspector::lost == Errc::timed_out);
    return code == Errc::timed_out || code == Errc::unreachable || code == Errc::io ||
           code == Errc::cancelled;
}

// A registry that has an answer and gave none that can be used: it may mend that.
bool is_owed(Errc code)
{
    return is_passing(code) || code == Errc::malformed || code == Errc::too_large || code == Errc::refused;
}

bool is_passing(int status)
{
    return status == 429 || status >= 500;
}

FetchLimits limits_of(std::size_t max_bytes)
{
    FetchLimits limits;
    limits.max_body_bytes = max_bytes;
    limits.total = std::chrono::seconds(20);
    return limits;
}

} // namespace

// What one lookup has done so far.
struct ContactLookup::Asked {
    followup::ContactFacts facts;
    std::string address{};   // of the machine that answered for the host
    bool is_proxied = false; // it answered through a proxy: its address never comes
    int requests = 0;
    followup::MissingParts missing{}; // what may come another day

    void failed(std::string_view what, const Error& error)
    {
        facts.failures.push_back(fmt::format("{}: {}", what, to_string(error)));
    }

    // Whatever the host says: it need not be of use, and may lead elsewhere.
    void note_machine(const Fetched& answer)
    {
        if (answer.url.host() != facts.host || !address.empty()) return;
        address = answer.peer.address;
        is_proxied = is_proxied || !answer.peer.proxy.empty();
        facts.server = std::string(answer.header("Server"));
    }
};

const followup::RdapBootstrap& ContactLookup::bootstrap() const
{
    return settings_.bootstrap ? *settings_.bootstrap : followup::RdapBootstrap::shipped();
}

Error ContactLookup::not_read(std::string_view what, const Error& error)
{
    if (!is_passing(error.code) || error.code == Errc::cancelled) return error;
    counters_.add("contacts_not_read_total", "what", what);
    log::warn("contacts", "an answer was not read", {{"what", what}, {"reason", to_string(error)}});
    return Error{error.code, "not looked up, again later: " + error.detail};
}

// Uncoded bodies only: these are small.
Task<Result<Fetched>> ContactLookup::ask(Asked& asked, Url url, std::size_t max_bytes, std::string accept)
{
    for (int redirects = 0;; ++redirects) {
        if (++asked.requests > max_requests)
            co_return Error{Errc::refused, fmt::format("more than {} requests", max_requests)};
        FetchRequest request{url};
        request.headers = {{"Accept", accept}, {"Accept-Encoding", "identity"}};
        request.limits = limits_of(max_bytes);
        auto answer = co_await web_.fetch(std::move(request));
        if (!answer) co_return answer.error();
        asked.note_machine(*answer);
        if (!is_redirect(answer->status)) {
            if (answer->cut == Cut::size)
                co_return Error{Errc::too_large,
                                fmt::format("{} answers with more than {} bytes", url.host(), max_bytes)};
            if (answer->cut != Cut::none)
                co_return Error{Errc::timed_out,
                                fmt::format("{} answers too slowly, or breaks off", url.host())};
            if (!answer->encodings().empty())
                co_return Error{Errc::malformed,
                                fmt::format("{} answers with an encoding nobody asked for", url.host())};
            co_return std::move(*answer);
        }
        auto next = Url::join(url, answer->header("Location"));
        if (!next || redirects >= max_redirects || !next->text().starts_with("https://"))
            co_return Error{Errc::refused, fmt::format("{} leads on and on, or away from https", url.host())};
        url = *std::move(next);
    }
}

Task<void> ContactLookup::ask_host(Asked& asked)
{
    const auto url = Url::parse(fmt::format("https://{}/.well-known/security.txt", asked.facts.host));
    if (!url) {
        asked.failed("security.txt", url.error());
        co_return;
    }
    auto question = *url;
    std::string accept = "text/plain";
    auto answer = co_await ask(asked, std::move(question), SecurityTxt::max_bytes, std::move(accept));
    if (!answer) {
        asked.missing.security_txt = is_passing(answer.error().code);
        asked.failed("security.txt", answer.error());
        co_return;
    }
    const bool is_text = answer->header("Content-Type").starts_with("text/plain");
    auto body = answer->payload();
    if (answer->status != 200 || !is_text || !body) {
        asked.missing.security_txt = is_passing(answer->status);
        asked.facts.failures.push_back(fmt::format("security.txt: none (HTTP {})", answer->status));
        co_return;
    }
    auto document = document_of(*std::move(body), *answer, asked.facts.host);
    auto text = co_await reader_.security_txt(std::move(document));
    if (text) {
        asked.facts.security_txt = *std::move(text);
        co_return;
    }
    asked.missing.security_txt = is_passing(text.error().code);
    asked.failed("security.txt", not_read("security.txt", text.error()));
}

// What it says in clear is nobody's word (RFC 9116 section 3 asks for https): only its machine counts.
Task<void> ContactLookup::ask_in_clear(Asked& asked)
{
    const auto url = Url::parse(fmt::format("http://{}/.well-known/security.txt", asked.facts.host));
    if (!url) co_return; // told by ask_host()
    FetchRequest request{*url};
    request.limits = limits_of(SecurityTxt::max_bytes);
    ++asked.requests;
    const auto answer = co_await web_.fetch(std::move(request));
    if (answer)
        asked.note_machine(*answer);
    else
        asked.failed("the host over http", answer.error());
}

Task<Result<RdapAnswer>> ContactLookup::ask_rdap(Asked& asked, Url url)
{
    std::string accept = "application/rdap+json";
    auto answer = co_await ask(asked, std::move(url), RdapAnswer::max_bytes, std::move(accept));
    if (!answer) co_return answer.error();
    if (answer->status != 200)
        co_return Error{is_passing(answer->status) ? Errc::unreachable : Errc::not_found,
                        fmt::format("{} answers HTTP {}", answer->url.host(), answer->status)};
    auto body = answer->payload();
    if (!body) co_return body.error();
    auto document = document_of(*std::move(body), *answer, asked.facts.host);
    auto told = co_await reader_.rdap(std::move(document));
    if (!told) co_return not_read("rdap", told.error());
    co_return std::move(told);
}

Task<void> ContactLookup::ask_about_name(Asked& asked)
{
    const auto base = bootstrap().for_name(asked.facts.name);
    const auto url =
        base ? Url::parse(base->text() + "domain/" + asked.facts.name)
             : Result<Url>(Error{Errc::not_found, "no registry of it is known (notices.rdap_bootstrap)"});
    if (!url) {
        asked.failed("RDAP of the name", url.error());
        co_return;
    }
    auto question = *url;
    auto domain = co_await ask_rdap(asked, std::move(question));
    if (!domain) {
        asked.missing.name = is_owed(domain.error().code);
        asked.failed("RDAP of the name", domain.error());
        co_return;
    }
    asked.facts.domain = *std::move(domain);
    if (!asked.facts.domain->related) co_return;
    auto next = *asked.facts.domain->related;
    auto registrar = co_await ask_rdap(asked, std::move(next));
    if (registrar) {
        asked.facts.registrar = *std::move(registrar);
        co_return;
    }
    asked.missing.name = is_owed(registrar.error().code);
    asked.failed("RDAP of the registrar", registrar.error());
}

Task<void> ContactLookup::ask_about_network(Asked& asked)
{
    if (asked.address.empty()) {
        asked.missing.network = !asked.is_proxied;
        asked.facts.failures.emplace_back(
            asked.is_proxied
                ? "RDAP of the network: the address of the host is not known behind a proxy"
                : "RDAP of the network: the address of the host is not known, it did not answer");
        co_return;
    }
    const auto base = bootstrap().for_address(asked.address);
    const auto url = base ? Url::parse(base->text() + "ip/" + asked.address)
                          : Result<Url>(Error{Errc::not_found, "no registry of this address is known"});
    if (!url) {
        asked.failed("RDAP of the network", url.error());
        co_return;
    }
    auto question = *url;
    auto network = co_await ask_rdap(asked, std::move(question));
    if (network) {
        asked.facts.network = *std::move(network);
        co_return;
    }
    asked.missing.network = is_owed(network.error().code);
    asked.failed("RDAP of the network", network.error());
}

Task<Result<json::object>> ContactLookup::look(std::string host)
{
    if (is_busy_) co_return Error{Errc::refused, "another lookup is under way: ask again in a moment"};
    is_busy_ = true;
    struct Free {
        bool& busy;
        ~Free() { busy = false; }
    } free{is_busy_};
    Asked asked;
    asked.facts.host = host;
    asked.facts.looked_at = clock_.now();
    asked.facts.name = followup::registered_name(host);
    if (const auto own = settings_.site_contacts.find(host); own != settings_.site_contacts.end())
        asked.facts.site_contact = own->second;
    co_await ask_host(asked);
    if (asked.address.empty() && !asked.is_proxied) co_await ask_in_clear(asked);
    co_await ask_about_network(asked);
    co_await ask_about_name(asked);
    auto told = followup::describe(asked.facts);
    const auto now = asked.facts.looked_at;
    told["address"] = asked.address;
    // A host that never answers over https would never be complete, and registries be asked at each question.
    told["complete"] = !asked.missing.network && !asked.missing.name;
    told["looked_at"] = format_utc(now);
    told["cached"] = false;
    auto keep = [told = std::move(told), missing = asked.missing, host,
                 now](store::CaseDatabase& cases, crawler::UrlFrontier&) mutable -> Result<json::object> {
        store::NoticeTable notices(cases);
        if (const auto known = notices.contact_of(host))
            followup::keep_missing(told, missing, followup::kept_contact(known->told, known->looked_at), now);
        const auto kept = notices.keep_contact({host, now, json::serialize(told)});
        if (!kept) return kept.error();
        return std::move(told);
    };
    co_return co_await stores_.run(std::move(keep));
}

} // namespace stillwatch::daemon
