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
    std::string address{}; // of the machine that answered for the host
    int requests = 0;
    bool is_complete = true; // false: something failed that may come another day

    void failed(std::string_view what, const Error& error)
    {
        is_complete = is_complete && !is_passing(error.code);
        facts.failures.push_back(fmt::format("{}: {}", what, to_string(error)));
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
        asked.failed("security.txt", answer.error());
        co_return;
    }
    if (answer->url.host() == asked.facts.host) asked.address = answer->peer.address;
    asked.facts.server = std::string(answer->header("Server"));
    const bool is_text = answer->header("Content-Type").starts_with("text/plain");
    auto body = answer->payload();
    if (answer->status != 200 || !is_text || !body) {
        asked.is_complete = asked.is_complete && !is_passing(answer->status);
        asked.facts.failures.push_back(fmt::format("security.txt: none (HTTP {})", answer->status));
        co_return;
    }
    auto document = document_of(*std::move(body), *answer, asked.facts.host);
    auto text = co_await reader_.security_txt(std::move(document));
    if (text)
        asked.facts.security_txt = *std::move(text);
    else
        asked.failed("security.txt", not_read("security.txt", text.error()));
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
        asked.failed("RDAP of the name", domain.error());
        co_return;
    }
    asked.facts.domain = *std::move(domain);
    if (!asked.facts.domain->related) co_return;
    auto next = *asked.facts.domain->related;
    auto registrar = co_await ask_rdap(asked, std::move(next));
    if (registrar)
        asked.facts.registrar = *std::move(registrar);
    else
        asked.failed("RDAP of the registrar", registrar.error());
}

Task<void> ContactLookup::ask_about_network(Asked& asked)
{
    if (asked.address.empty()) {
        asked.facts.failures.emplace_back(
            "RDAP of the network: the address of the host is not known, it did not answer");
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
    if (network)
        asked.facts.network = *std::move(network);
    else
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
    co_await ask_about_network(asked);
    co_await ask_about_name(asked);
    auto told = followup::describe(asked.facts);
    const auto now = asked.facts.looked_at;
    told["complete"] = asked.is_complete;
    told["looked_at"] = format_utc(now);
    told["cached"] = false;
    auto keep = [host, text = json::serialize(told), now, is_complete = asked.is_complete](
                    store::CaseDatabase& cases, crawler::UrlFrontier&) -> Result<void> {
        store::NoticeTable notices(cases);
        const auto known = is_complete ? std::nullopt : notices.contact_of(host);
        if (known && followup::is_complete(followup::kept_contact(known->told))) return {};
        return notices.keep_contact({host, now, text});
    };
    const auto kept = co_await stores_.run(std::move(keep));
    if (!kept) co_return kept.error();
    co_return told;
}

} // namespace stillwatch::daemon
