#include "pipeline/ways_in.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

namespace {

constexpr std::size_t max_known = 8;

bool has_moved(const WaysIn::Visited& visit)
{
    return visit.end != visit.url;
}

} // namespace

bool WaysIn::are_at_one_gate(const Visited& one, const Visited& gate)
{
    if (one.id == gate.id || one.end == gate.end) return true;
    if (one.content != Sha256{} && one.content == gate.content) return true;
    return one.wall != Wall::none && one.wall == gate.wall;
}

// Whether the page that named a visit's address stood in the way. Most pages with links that redirect, or
// that set a cookie, are none.
bool WaysIn::is_gate(const Visited& parent, const Visited& visit) const
{
    if (parent.links > max_links_of_gate) return false;
    if (parent.wall != Wall::none || visit.has_new_cookie) return true;
    const auto ends_there = [&](const Entry& entry) {
        return entry.visit.id != parent.id && are_at_one_gate(entry.visit, parent);
    };
    if (std::ranges::any_of(visits_, ends_there)) return true;
    return visit.end == parent.url; // back to where it began
}

void WaysIn::look_again(Opened& opened, Entry& entry)
{
    if (entry.again >= max_again || again_in_all_ >= max_again_in_all) return;
    ++entry.again;
    ++again_in_all_;
    opened.again.push_back(entry.visit.url);
}

WaysIn::Opened WaysIn::ended(Visited visit)
{
    Opened opened;
    const bool was_one = std::ranges::find(known_, visit.url) != known_.end();
    const bool may_open = visit.has_cookies && (visit.has_new_cookie || has_moved(visit));
    const auto parent = !may_open ? visits_.end() : std::ranges::find_if(visits_, [&](const Entry& entry) {
        return visit.parent && entry.visit.id == visit.parent;
    });
    if (parent != visits_.end() && parent->visit.id != visit.id && is_gate(parent->visit, visit)) {
        opened.is_way_in = true;
        const auto gate = parent->visit;
        for (auto& entry : visits_)
            if (entry.visit.id != visit.id && are_at_one_gate(entry.visit, gate)) look_again(opened, entry);
        // Where the gate sends whoever passed it: mostly the address that he came for.
        const bool is_told = std::ranges::find(opened.again, visit.end) != opened.again.end();
        if (has_moved(visit) && !is_told && again_in_all_ < max_again_in_all) {
            ++again_in_all_;
            opened.again.push_back(visit.end);
        }
    } else if (may_open && was_one) {
        for (auto& entry : visits_)
            if (entry.visit.id != visit.id && (entry.visit.wall != Wall::none || has_moved(entry.visit)))
                look_again(opened, entry);
    }
    if (opened.is_way_in && !was_one && known_.size() < max_known) known_.push_back(visit.url);
    // Of an address that is visited again the later visit counts.
    const auto known =
        std::ranges::find_if(visits_, [&](const Entry& entry) { return entry.visit.id == visit.id; });
    int again = 0;
    if (known != visits_.end()) {
        again = known->again;
        visits_.erase(known);
    }
    visits_.push_back({std::move(visit), again});
    if (visits_.size() > max_visits) visits_.pop_front();
    return opened;
}

} // namespace stillwatch::pipeline
