#include "pipeline/face_leads.hpp"

#include "core/log.hpp"
#include "faces/judge.hpp"

namespace stillwatch::pipeline {

Task<Result<std::vector<Match>>> face_leads(const Services& services, const Url& picture, Document document,
                                            bool is_alone)
{
    std::vector<Match> leads;
    const auto has_people = [&] {
        const auto people = services.references.people();
        return people && people->size() > 0;
    };
    if (services.faces == nullptr || !has_people()) co_return std::move(leads);
    auto seen = co_await services.faces->faces(std::move(document));
    if (!seen) {
        if (seen.error().code == Errc::cancelled) co_return seen.error();
        services.counters.add("face_errors_total", "code", name_of(seen.error().code));
        log::debug("pipeline", "faces not read",
                   {{"url", picture.text()}, {"reason", to_string(seen.error())}});
        const bool is_passing = seen.error().code == Errc::io || seen.error().code == Inspector::lost;
        if (seen.error().code == Errc::io)
            services.problems.set("faces", "", "faces are not looked for: " + seen.error().detail);
        if (is_passing && is_alone) co_return seen.error();
        co_return std::move(leads);
    }
    services.problems.clear("faces", "");
    services.counters.add("faces_seen_total", {}, {}, static_cast<std::int64_t>(seen->faces.size()));
    services.counters.add("faces_left_out_total", {}, {}, static_cast<std::int64_t>(seen->left_out));
    // Taken only now: a withdrawn face must not live on while a worker is busy.
    auto people = services.references.people();
    if (!people) {
        faces::wipe(*seen);
        co_return std::move(leads);
    }
    auto compare = [people = std::move(people), &seen, model = services.references.face_terms()->model] {
        auto found = faces::leads_in(*seen, *people, model, faces::Weak::told);
        faces::wipe(*seen);
        return found;
    };
    leads = co_await offload(services.cpu, std::move(compare));
    co_return std::move(leads);
}

} // namespace stillwatch::pipeline
