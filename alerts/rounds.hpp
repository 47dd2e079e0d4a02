#pragma once

#include "alerts/rules.hpp"
#include "store/case_database.hpp"

#include <string_view>
#include <vector>

namespace stillwatch::alerts {

// Goes through what was told and nobody answered: queues a reminder a case and channel, and hands alerts on
// to the channels that they escalate to. Gives how many messages were queued. Store thread. Errors: io.
Result<std::size_t> make_rounds(store::CaseDatabase& cases, const std::vector<ChannelRules>& channels,
                                std::string_view link_pattern, Timestamp now);

} // namespace stillwatch::alerts
