#include "core/match_json.hpp"

namespace stillwatch {

namespace {

template <std::size_t count>
json::array numbers(const std::array<double, count>& values)
{
    json::array array;
    for (const auto value : values)
        array.emplace_back(value);
    return array;
}

} // namespace

json::object placement_json(const Placement& placement)
{
    return {{"quadrilateral", numbers(placement.quadrilateral)},
            {"inliers", placement.inliers},
            {"partners", placement.partners},
            {"unpaired_share", placement.unpaired_share},
            {"shown_share", placement.shown_share},
            {"covered_share", placement.covered_share},
            {"evidence", placement.evidence},
            {"agreeing_share", placement.agreeing_share},
            {"disagreeing_share", placement.disagreeing_share},
            {"edited", numbers(placement.edited)}};
}

} // namespace stillwatch
