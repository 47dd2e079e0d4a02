#pragma once

#include "store/case_database.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// For how long packages of evidence are kept, and what is excepted.
namespace stillwatch::store {

// Why a package is kept.
enum class EvidenceKind : std::uint8_t {
    open,      // its finding is still somebody's work; counts from when the picture was last seen there
    dismissed, // its finding is not pursued; this and the next count from the finding's last change
    down,      // the picture is down
    earlier,   // it is of an earlier time that the picture was up
};
inline constexpr std::array all_evidence_kinds{EvidenceKind::open, EvidenceKind::dismissed,
                                               EvidenceKind::down, EvidenceKind::earlier};
std::string_view name_of(EvidenceKind kind) noexcept;
std::optional<EvidenceKind> evidence_kind_from_name(std::string_view name) noexcept;

// Days for which packages of a kind are kept; 0 or none: without end.
using Retention = std::map<EvidenceKind, std::int64_t>;

// Packages of a finding, or of all findings of a case, that nothing but its end lets go: neither their time
// nor a withdrawal.
struct EvidenceHold {
    std::int64_t id = 0;
    CaseId case_id{};
    FindingId finding{}; // none: all of the case
    Timestamp until{};
    std::string reason{};
    std::string set_by{};
    Timestamp set_at{};
    std::string case_pseudonym{}; // read only
    std::int64_t packages = 0;    // read only; kept beyond a withdrawal by this
};

// To be used as a database of cases is, on its thread. Functions return and throw as those of CaseDatabase
// do.
class EvidenceTable {
public:
    explicit EvidenceTable(CaseDatabase& cases) : cases_(cases) {}

    // Every package that places of findings name, earlier ones and held ones too, with the digests of the
    // sealed files.
    std::map<std::string, Sha256> packages() const;

    // The line of the audit log that says when an authority stamped that root (evidence/stamp_file.hpp);
    // nothing: no line of this log does.
    std::optional<AuditLine> line_of_stamp(const Sha256& root) const;

    // What a case has of its own, instead of the usual.
    Retention retention_of(CaseId id) const;
    // `days` 0: without end; nothing: as usual.
    Result<void> set_retention(CaseId id, EvidenceKind kind, std::optional<std::int64_t> days,
                               const Actor& actor);

    // Gives its number.
    Result<std::int64_t> hold(const EvidenceHold& hold, const Actor& actor);
    // Errors: not_found (it has ended).
    Result<void> end_hold(std::int64_t id, const Actor& actor);
    std::vector<EvidenceHold> holds(Timestamp now) const; // that last, by number
    // To be called before a case is withdrawn: its packages that are held are remembered beyond it. Gives
    // their names.
    Result<std::vector<std::string>> keep_held(CaseId id, const Actor& actor);

    // Lets go of packages whose time is over: at most `at_most`, with a line of the audit log for each
    // finding, in one transaction. Gives the files that are nobody's any more.
    Result<std::vector<std::string>> expire(const Retention& usual, std::size_t at_most, const Actor& actor);

private:
    CaseDatabase& cases_;
};

} // namespace stillwatch::store
