#include "crawler/policy/control_yield.hpp"

namespace stillwatch::crawler {

bool ControlYield::takes(const std::string& address)
{
    if (waiting_.contains(address)) return true;
    if (is_idle() && ++left_out_ % sampled != 0) return false;
    if (waiting_.size() < max_waiting) waiting_.insert(address);
    return true;
}

void ControlYield::visited(const std::string& address, bool showed)
{
    if (waiting_.erase(address) == 0) return;
    idle_ = showed ? 0 : idle_ + 1;
}

} // namespace stillwatch::crawler
