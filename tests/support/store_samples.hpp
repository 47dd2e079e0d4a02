#pragma once

#include "store/case_database.hpp"
#include "store/site.hpp"
#include "store/visit.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace stillwatch::test {

inline Timestamp at(std::int64_t seconds)
{
    return Timestamp{std::chrono::seconds{1'790'000'000 + seconds}};
}

inline store::Actor actor(std::int64_t seconds = 0)
{
    return {"worker-1", at(seconds)};
}

inline Url url(const std::string& text)
{
    return Url::parse(text).value();
}

inline Consent sample_consent()
{
    return {"pictures", "the person", "anna", "ben", "2026-1", at(0), at(86'400), Approval::second_person,
            at(0)};
}

inline Case sample_case(const std::string& pseudonym = "C-7F3K")
{
    Case result;
    result.pseudonym = pseudonym;
    result.opened_at = at(0);
    result.consent = sample_consent();
    result.public_key = to_bytes("public key of " + pseudonym);
    result.sealed_secret_key = to_bytes("sealed secret key of " + pseudonym);
    return result;
}

inline Reference sample_reference(CaseId case_id, const std::string& name = "R-01")
{
    Reference result;
    result.case_id = case_id;
    result.name = name;
    result.sealed = to_bytes("sealed fingerprints " + name);
    result.extractor_version = 1;
    result.quality_percent = 93;
    result.weak = true;
    result.added_at = at(1);
    return result;
}

inline Finding sample_finding(CaseId case_id, ReferenceId reference,
                              const std::string& page = "https://board.example/t/1",
                              const std::string& image = "https://img.board.example/a.jpg")
{
    Match match;
    match.reference = reference;
    match.case_id = case_id;
    match.tier = Tier::near;
    match.status = MatchStatus::match;
    match.relation = Relation::edited;
    match.score = 0.75;
    match.distance_bits = 17;
    match.orientation = Orientation::flip_x;
    match.inverted = true;
    match.inliers = 12;
    return {{},
            case_id,
            reference,
            url(page),
            url(image),
            Sha256::of(as_bytes("picture bytes " + page + " " + image)), // a class of its own
            match,
            FindingState::fresh,
            PageState::not_named,
            1,
            at(10),
            at(11),
            "F-" + page.substr(page.rfind('/') + 1) + ".wacz.age",
            Sha256::of(as_bytes("evidence"))};
}

inline store::NewAlert sample_alert(const std::string& id = "alert-1", const std::string& channel = "desk")
{
    return {id, channel, R"({"case":"C-7F3K"})"};
}

inline store::SiteRow sample_site(const std::string& name = "board",
                                  const std::string& host = "board.example")
{
    return {name, {url("https://" + host + "/")}, {host, "img." + host}};
}

inline store::Discovered found(const std::string& address, LinkKind kind, Mechanism mechanism)
{
    return {url(address), kind, mechanism, "board"};
}

inline store::Discovered picture(const std::string& address)
{
    return found(address, LinkKind::image, Mechanism::img_src);
}

// One of a page's addresses that show the same picture.
inline store::Discovered tied_picture(const std::string& address, int item)
{
    auto link = picture(address);
    link.item = item;
    return link;
}

inline store::Discovered page_link(const std::string& address)
{
    return found(address, LinkKind::page, Mechanism::a_href);
}

// The end of `visit` at `time`, due again after an hour.
inline store::VisitResult ended(const store::Visit& visit, store::Outcome outcome, Timestamp time,
                                std::int64_t generation = 0)
{
    store::VisitResult result;
    result.id = visit.id;
    result.host = visit.host;
    result.at = time;
    result.outcome = outcome;
    result.kind = visit.kind;
    result.http_status = 200;
    result.generation = generation;
    result.depth = visit.depth;
    result.due = time + std::chrono::hours{1};
    return result;
}

} // namespace stillwatch::test
