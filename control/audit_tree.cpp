#include "control/audit_tree.hpp"

#include "core/merkle.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace stillwatch::control {

namespace {

json::array write_path(const std::vector<Sha256>& path)
{
    json::array array;
    for (const auto& hash : path)
        array.push_back(json::string(hash.hex()));
    return array;
}

} // namespace

Result<store::AuditCheckpoint> keep_checkpoint(store::CaseDatabase& cases, const vault::SigningKey& key,
                                               Timestamp now)
{
    const auto& leaves = cases.audit_leaves();
    const auto size = static_cast<std::int64_t>(leaves.size());
    auto kept = cases.audit_checkpoints();
    if (!kept.empty() && kept.back().size == size) return std::move(kept.back());
    store::AuditCheckpoint checkpoint{size, now, sign_checkpoint(leaves, key)};
    const auto added = cases.add_audit_checkpoint(checkpoint);
    if (!added) return added.error();
    return checkpoint;
}

Result<json::object> prove_line(const store::CaseDatabase& cases, std::int64_t seq,
                                const vault::SigningKey& key)
{
    const auto lines = cases.audit(seq - 1, 1);
    if (seq < 1 || lines.empty() || lines.front().seq != seq)
        return Error{Errc::not_found, fmt::format("the audit log has no line {}", seq)};
    const auto& leaves = cases.audit_leaves();
    return json::object{
        {"entry", audit_entry(lines.front())},
        {"index", seq - 1},
        {"proof", write_path(merkle::prove_inclusion(leaves, static_cast<std::size_t>(seq - 1)))},
        {"checkpoint", sign_checkpoint(leaves, key)}};
}

Result<json::object> prove_growth(const store::CaseDatabase& cases, std::int64_t old_size,
                                  std::int64_t new_size, const vault::SigningKey& key)
{
    const auto& leaves = cases.audit_leaves();
    const auto all = static_cast<std::int64_t>(leaves.size());
    if (old_size < 1 || old_size > new_size || new_size > all)
        return Error{Errc::invalid_argument,
                     fmt::format("two numbers of lines, the smaller first, from 1 to {}", all)};
    const auto after = std::span(leaves).first(static_cast<std::size_t>(new_size));
    const auto before = after.first(static_cast<std::size_t>(old_size));
    return json::object{{"old", sign_checkpoint(before, key)},
                        {"new", sign_checkpoint(after, key)},
                        {"proof", write_path(merkle::prove_consistency(after, before.size()))}};
}

Result<void> check_log(const store::CaseDatabase& cases, const vault::VerifyKey& key)
{
    if (const auto broken = cases.first_broken_audit_line())
        return Error{Errc::corrupt, fmt::format("the audit log is broken at line {}", *broken)};
    for (const auto& kept : cases.audit_checkpoints()) {
        const auto checked = check_kept_note(cases, kept.note, key);
        if (!checked)
            return Error{Errc::corrupt,
                         fmt::format("checkpoint at line {}: {}", kept.size, checked.error().detail)};
    }
    return {};
}

Result<void> check_kept_note(const store::CaseDatabase& cases, std::string_view note,
                             const vault::VerifyKey& key)
{
    const auto checkpoint = open_checkpoint(note, key);
    if (!checkpoint) return checkpoint.error();
    const auto& leaves = cases.audit_leaves();
    if (checkpoint->size > leaves.size())
        return Error{Errc::corrupt, fmt::format("the log had {} lines and has {}: lines were cut off",
                                                checkpoint->size, leaves.size())};
    const auto root = merkle::root_of(std::span(leaves).first(static_cast<std::size_t>(checkpoint->size)));
    if (root != checkpoint->root)
        return Error{Errc::corrupt,
                     fmt::format("the first {} lines are not those that were signed", checkpoint->size)};
    return {};
}

} // namespace stillwatch::control
