#include "pipeline/write_package.hpp"

#include <utility>

namespace stillwatch::pipeline {

Task<std::optional<evidence::StoredEvidence>> write_package(const Services& services,
                                                            const RecordSettings& settings,
                                                            const evidence::EvidenceFacts& facts,
                                                            const evidence::Capture& capture)
{
    std::string warning;
    auto write = [&settings, &services, &facts, &capture, &warning]() -> Result<evidence::StoredEvidence> {
        const auto used = measure_room(settings.evidence.directory, settings.room);
        if (!used) return used.error();
        auto verdict = judge_room(*used, settings.room);
        if (!verdict.refusal.empty()) return Error{Errc::io, std::move(verdict.refusal)};
        warning = std::move(verdict.warning);
        return evidence::write_evidence(settings.evidence, services.signing, facts, capture);
    };
    auto stored = co_await offload(services.cpu, std::move(write));
    if (!stored) {
        services.counters.add("evidence_errors_total");
        services.problems.set("evidence", {}, "cannot be written: " + stored.error().detail);
        co_return std::nullopt;
    }
    services.problems.set("evidence", {}, std::move(warning));
    co_return std::optional(std::move(*stored));
}

} // namespace stillwatch::pipeline
