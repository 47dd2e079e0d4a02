#pragma once

#include "core/finding.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What becomes of a finding: the states, what leads from one to another, and what follows from it
// (docs/decisions/0019-the-life-of-a-finding.md). Pure.
namespace stillwatch::cases {

// What somebody does with a finding; see_again is what the program sees by itself.
enum class FindingEvent : std::uint8_t {
    confirm,     // it shows the person
    dismiss,     // nothing is to be done about it, for a Dismissal
    doubt,       // another person should look
    notice,      // those who can take it down were told
    acknowledge, // they answered
    take_down,   // it is gone
    see_again,   // it was gone, and is back
};
std::string_view name_of(FindingEvent event) noexcept;
constexpr std::size_t finding_events = 7;

// Why nothing is to be done.
enum class Dismissal : std::uint8_t { not_the_person, consented_place, lawful, wrong_match, duplicate };
std::string_view name_of(Dismissal reason) noexcept;
std::optional<Dismissal> dismissal_from_name(std::string_view name) noexcept;
std::string dismissal_names(); // for messages

// Whether the reason is about the picture, wherever it stands: then its class stays silent on every host. The
// others are about one place: the person agreed to it there, or another finding stands for it.
bool is_about_the_picture(Dismissal reason) noexcept;

// What was done, as the history keeps it.
struct Deed {
    FindingEvent event = FindingEvent::confirm;
    std::optional<Dismissal> dismissal{};
    bool by_person = true; // false: by the program
};

// Where a finding stands, as far as its history tells.
struct Standing {
    FindingState state = FindingState::fresh;
    int epoch = 1;
    bool silences = false;               // further pictures of its class bring no alert
    bool is_confirmed_by_person = false; // copies of it need no look

    friend bool operator==(const Standing&, const Standing&) = default;
};

// What may be done in this state, undo aside.
std::vector<FindingEvent> allowed_in(FindingState state);

// Errors: refused (what is allowed is said), invalid_argument (a dismissal without its reason, or a reason
// without dismissal).
Result<Standing> after(const Standing& now, const Deed& deed);

// The standing without the last deed, given all that were done since the finding was recorded and not undone,
// oldest first. Errors: refused (nothing was done, or the last of it is what was seen: a picture that came
// back was told, and stays told).
Result<Standing> before_last(std::span<const Deed> history);

} // namespace stillwatch::cases
