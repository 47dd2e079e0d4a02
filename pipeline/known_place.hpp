#pragma once

#include "store/case_database.hpp"

#include <optional>

namespace stillwatch::pipeline {

// Where a sighting belongs: place_of(), and where the page shows the same document under another address than
// before, signed anew, the place that it has already.
struct KnownPlace {
    store::CaseDatabase::Place place;
    bool is_signed_anew = false;
};
std::optional<KnownPlace> known_place(const store::CaseDatabase& cases, const Finding& seen);

// The same in a finding that the page ties the picture to, whatever class it is of.
std::optional<KnownPlace> known_place_in(const store::CaseDatabase& cases, FindingId finding,
                                         const Finding& seen);

} // namespace stillwatch::pipeline
