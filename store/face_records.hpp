#pragma once

#include "core/finding.hpp"
#include "core/likeness.hpp"
#include "core/result.hpp"
#include "store/case_database.hpp"

#include <optional>
#include <string>
#include <vector>

namespace stillwatch::store {

// What is kept of the face that a lead rests on.
struct FaceLead {
    Fingerprint mark{};     // pipeline/face_mark.hpp
    FindingId other_face{}; // the finding that shows the same picture with another face, if one does
    std::optional<Likeness> likeness{}; // older programs kept none
    // Of a lead in a video, the mark of the frame that shows the face; of others the finding has it.
    std::optional<Fingerprint> frame{};
};

// A lead by a face, and where it stands.
struct JudgedFace {
    CaseId case_id{};
    Fingerprint mark{};
    Likeness likeness{};
    Timestamp first_seen{};
    bool is_confirmed = false;      // a person said that it is the case's
    bool is_another_person = false; // ... that it is somebody else
};

// Leads by faces and where people are looked for, in the database of cases; which must outlive it. Store
// thread.
class FaceRecords {
public:
    explicit FaceRecords(const CaseDatabase& cases) : cases_(cases) {}

    std::optional<FaceLead> lead_of(FindingId id) const;
    // A lead of the case that somebody dismissed since that face is another's, and whose mark is within so
    // many bits; nothing where a person confirmed one that is as near.
    std::optional<FindingId> silenced_by(CaseId id, const Fingerprint& mark, int bits) const;
    // A finding that shows nearly the same picture, or frame (`picture_bits` between marks), with a face that
    // is at least so many bits away, or that this very picture is an edited copy of: of another case.
    std::optional<FindingId> other_face_on(const Finding& seen, const FaceLead& lead, int picture_bits,
                                           int face_bits) const;
    // Leads by faces that these models read, first seen then or later, newest first. What a case was
    // withdrawn with is not among them.
    std::vector<JudgedFace> judged(const Sha256& model, Timestamp since, std::size_t limit) const;
    bool has_match_on(CaseId id, const Url& page) const; // of another tier, and not dismissed
    // The only sites on which the person's face is looked for, by name; none: all.
    std::vector<std::string> sites(CaseId id) const;

    // Errors: not_found.
    static Result<void> note(CaseDatabase& cases, FindingId id, const FaceLead& lead);
    static Result<void> set_sites(CaseDatabase& cases, CaseId id, const std::vector<std::string>& sites,
                                  const Actor& actor);

private:
    const CaseDatabase& cases_;
};

} // namespace stillwatch::store
