#pragma once

#include "matcher/reference_set.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/stores.hpp"

#include <set>
#include <string>
#include <vector>

// References of two cases that show the same picture: a group picture, or one that was enrolled for the wrong
// person. What is found of it is found for both; the caseworkers of both are told once, without content and
// without the other's pseudonym.
namespace stillwatch::pipeline {

// References that show the same picture as one of another case, both sides, by number; `known` were looked at
// among each other before. Any thread.
std::vector<ReferenceId> collisions_of(const matcher::ReferenceSet& set, const std::set<ReferenceId>& known);

// Queues what is news of them, one alert a reference and channel. Gives how many were news. Errors: io.
Task<Result<std::size_t>> tell_collisions(Stores& stores, const RecordSettings& settings,
                                          std::vector<ReferenceId> references, Timestamp now);

} // namespace stillwatch::pipeline
