#pragma once

#include "core/finding.hpp"
#include "core/result.hpp"
#include "pipeline/recorder.hpp"
#include "store/case_database.hpp"

// What people said before, as far as it decides about what is seen now
// (docs/decisions/0019-the-life-of-a-finding.md). Store thread.
namespace stillwatch::pipeline {

// Tells once more of a finding that was down and is seen again, in its next epoch; that it is up again needs
// evidence of its own, made anew at the known place where it is seen (none: the place is new). Gives whether
// it did. Nothing happens where the case's consent has ended. Errors: io.
Result<bool> tell_if_back(store::CaseDatabase& cases, const RecordSettings& settings, FindingId id,
                          OccurrenceId place, Timestamp now);

// Whether nobody is to be told of a new finding of this reference, since it matches too often: sets it aside,
// with one alert, where this finding is one too many. Errors: io.
Result<bool> is_set_aside(store::CaseDatabase& cases, const RecordSettings& settings, const Finding& seen,
                          const std::string& pseudonym, Timestamp now);

// Dismisses what is about to be recorded at a place where the person agreed that it may stay.
void leave_at_place(Finding& seen, Timestamp now);

// Confirms what is about to be recorded as a copy of a picture class that a person confirmed for the same
// case and reference, where the settings say that this needs no look.
void confirm_unseen(const store::CaseDatabase& cases, const RecordSettings& settings, Finding& seen,
                    Timestamp now);

} // namespace stillwatch::pipeline
