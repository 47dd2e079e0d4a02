#pragma once

#include "alerts/event.hpp"

#include <string>

// What people and receivers are told: strictly the fields of AlertEvent. Events must be well formed.
namespace stillwatch::alerts {

// "[Desk] 1 item needs attention (C-7F3K)": one shape for every kind of finding.
std::string subject_of(const AlertEvent& event);

// Plain text, lines ended by "\n".
std::string text_of(const AlertEvent& event);

// The same as a small HTML document without anything to load.
std::string html_of(const AlertEvent& event);

// The thin payload of a webhook, below 20 kB (docs/formats/alerts.md).
std::string payload_of(const AlertEvent& event);

} // namespace stillwatch::alerts
