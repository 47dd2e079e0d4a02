#include "pipeline/face_leads.hpp"

#include "core/log.hpp"
#include "faces/judge.hpp"
#include "pipeline/face_mark.hpp"

namespace stillwatch::pipeline {

namespace {

using Leads = std::vector<FaceLead>;

// The leads of what one worker saw, which is wiped.
Task<Leads> compared(const Services& services, FacesSeen seen)
{
    Leads leads;
    // Taken only now: a withdrawn face must not live on while a worker is busy.
    auto people = services.references.people();
    if (!people) {
        wipe(seen);
        co_return std::move(leads);
    }
    auto compare = [people = std::move(people), &seen, &services,
                    model = services.references.face_terms()->model] {
        Leads found;
        for (const auto& lead : faces::leads_in(seen, *people, model, faces::Weak::told))
            found.push_back(
                {lead.match,
                 {face_mark(seen.faces[lead.face].embedding, services.signing), lead.likeness, {}},
                 static_cast<std::size_t>(std::max(seen.faces[lead.face].frame, 0))});
        wipe(seen);
        return found;
    };
    leads = co_await offload(services.cpu, std::move(compare));
    co_return std::move(leads);
}

// Counts and tells why faces could not be read.
void note(const Services& services, const Url& picture, const Error& error)
{
    services.counters.add("face_errors_total", "code", name_of(error.code));
    log::debug("pipeline", "faces not read", {{"url", picture.text()}, {"reason", to_string(error)}});
    if (error.code == Errc::io)
        services.problems.set("faces", "", "faces are not looked for: " + error.detail);
}

} // namespace

Task<Result<FaceLeads>> face_leads(const Services& services, const Url& picture, Document document,
                                   bool is_alone)
{
    FaceLeads told;
    const auto has_people = [&] {
        const auto people = services.references.people();
        return people && people->size() > 0;
    };
    if (services.faces == nullptr || !has_people()) co_return std::move(told);
    auto copy = document;
    auto seen = co_await services.faces->faces(std::move(copy));
    if (seen) {
        services.problems.clear("faces", "");
        services.counters.add("faces_seen_total", {}, {}, static_cast<std::int64_t>(seen->faces.size()));
        services.counters.add("faces_left_out_total", {}, {}, static_cast<std::int64_t>(seen->left_out));
        told.leads = co_await compared(services, *std::move(seen));
        if (told.leads.empty() || document.trust == Trust::unshared) co_return std::move(told);
        // A lead counts when a second one says so.
        document.trust = Trust::unshared;
        const auto count = told.leads.size();
        seen = co_await services.faces->faces(std::move(document));
        if (seen) {
            told.leads = co_await compared(services, *std::move(seen));
            if (told.leads.size() < count) {
                services.counters.add("worker_disagreements_total");
                log::warn("pipeline", "a second worker does not see a face that the first one told",
                          {{"url", picture.text()}});
            }
            co_return std::move(told);
        }
        told.leads.clear();
    }
    if (seen.error().code == Errc::cancelled) co_return seen.error();
    note(services, picture, seen.error());
    told.is_unread = seen.error().code == Errc::io || seen.error().code == Inspector::lost;
    if (told.is_unread && is_alone) co_return seen.error();
    co_return std::move(told);
}

} // namespace stillwatch::pipeline
